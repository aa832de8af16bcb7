"""The supervisor of one run: a process of its own that starts the tool, passes interrupts on and writes the outcome.

Started as ``python -I -S supervisor.py FOLDER LOCK`` (the descriptor of the supervisor's lock, taken by the program),
with the hand-over as JSON on standard input: ``{"argv", "cwd", "environ", "lease"}``. It says that the tool has
started, or never will, by closing standard output. The standard library only; signals are handled and not
ignored, since what is ignored the tool would inherit.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, cast

if not __package__:
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from runners.layers.jsons import Json, mapping, strings, text
from runners.tools import run_files

_OUT_OF_REACH = 100
"""The tool's lock is handed down under a number that no shell script closes or uses by itself."""


def main() -> None:
    """Goes on as nobody's child, so that it outlives the program and leaves no zombie, and supervises one run."""
    folder, lock = Path(sys.argv[1]), int(sys.argv[2])
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, _go_on)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if os.fork():
        os._exit(0)
    os.set_inheritable(lock, False)
    run_files.write_json(folder / run_files.ENDED, _Supervisor(folder).run())
    _say_ready()
    os.close(lock)  # who waits for the end need not wait for Python's


class _StartError(Exception):
    """The tool will never start; the text says why in one line."""


class _Supervisor:
    """One tool, from its start to its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.interrupts = 0
        self.killed = False

    def run(self) -> Json:
        """Runs the tool and returns the outcome."""
        request = _hand_over()
        if request is None:
            return self._not_started("the program ended before the run was handed over")
        control, woken = self._open_control(), _wake_on_signals()
        try:
            keeper, tool = self._start(request)
        except _StartError as error:
            return self._not_started(str(error))
        try:
            run_files.write_json(self.folder / run_files.STARTED, _started(tool, keeper))
        except OSError as error:
            print(f"the start could not be noted: {error}", file=sys.stderr, flush=True)
        _say_ready()
        self._watch(tool, control, woken)
        os.close(control)  # from here on a request is refused instead of lost
        if keeper.poll() is not None:  # somebody ended it: its last duty is done here
            (self.folder / run_files.KUBECONFIG).unlink(missing_ok=True)
        return self._outcome(tool.returncode)

    def _open_control(self) -> int:
        """Opens the FIFO before the tool starts: an interrupt is possible from its first moment on."""
        path = self.folder / run_files.CONTROL
        control = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        # A writer of our own, or the end of each request would read as an end of file for ever.
        os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        return control

    def _start(self, request: Json) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
        """Starts the keeper, and then the tool with its lock; from then on only the tool holds it."""
        held = run_files.take_lock(self.folder / run_files.TOOL_LOCK)
        handed = fcntl.fcntl(held, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_REACH)
        os.close(held)
        try:
            keeper = _start_keeper(self.folder, request)
        except OSError as error:
            raise _StartError(f"its keeper can't be started: {error.strerror}") from error
        try:
            return keeper, _start_tool(self.folder, request, handed)
        except (OSError, ValueError) as error:
            program, cwd = (*strings(request, "argv"), "")[0], text(request, "cwd")
            raise _StartError(run_files.why_not_started(program, cwd, error)) from error
        finally:
            os.close(handed)

    def _watch(self, tool: subprocess.Popen[bytes], control: int, woken: int) -> None:
        while tool.poll() is None:
            ready, _, _ = select.select([control, woken], [], [])
            if woken in ready:
                os.read(woken, 512)
            if control in ready:
                self._obey(os.read(control, 512), tool)

    def _obey(self, requests: bytes, tool: subprocess.Popen[bytes]) -> None:
        """Signals its own child, which it has not waited for yet: the process can be no other."""
        for request in requests:
            if tool.poll() is not None:
                return
            if request == ord(run_files.INTERRUPT):
                self.interrupts += 1
                tool.send_signal(signal.SIGINT)
            elif request == ord(run_files.KILL):
                self.killed = True
                os.killpg(tool.pid, signal.SIGKILL)

    def _outcome(self, code: int) -> Json:
        return {
            "ended": time.time(),
            "code": code if code >= 0 else 128 - code,
            "interrupts": self.interrupts,
            "killed": self.killed,
        }

    def _not_started(self, error: str) -> Json:
        (self.folder / run_files.KUBECONFIG).unlink(missing_ok=True)
        return {"ended": time.time(), "error": error}


def _hand_over() -> Json | None:
    parts = []
    while part := os.read(0, 1 << 16):
        parts.append(part)
    try:
        value = json.loads(b"".join(parts))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _start_keeper(folder: Path, request: Json) -> subprocess.Popen[bytes]:
    log = run_files.create_private(folder / run_files.KEEPER_LOG, os.O_APPEND)
    program = Path(__file__).with_name("keeper.py")
    try:
        keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(program), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)
    lease = request.get("lease")
    facts = json.dumps({"lease": lease, "environ": request.get("environ")} if lease else {})
    with contextlib.suppress(BrokenPipeError), cast(IO[bytes], keeper.stdin) as pipe:
        pipe.write(facts.encode("ascii"))
    return keeper


def _start_tool(folder: Path, request: Json, handed: int) -> subprocess.Popen[bytes]:
    environ = {name: text(value) for name, value in mapping(request, "environ").items()}
    log = run_files.create_private(folder / run_files.LOG, os.O_APPEND)
    try:
        return subprocess.Popen(
            strings(request, "argv"),
            cwd=text(request, "cwd"),
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(handed,),
            process_group=0,
        )
    finally:
        os.close(log)


def _started(tool: subprocess.Popen[bytes], keeper: subprocess.Popen[bytes]) -> Json:
    return {"started": time.time(), "pid": tool.pid, "supervisor": os.getpid(), "keeper": keeper.pid}


def _say_ready() -> None:
    """Closes standard input and output, which is what the program waits for."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)


def _wake_on_signals() -> int:
    """A descriptor that becomes readable with each signal: the end of a child among them."""
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def _go_on(number: int, frame: object) -> None:
    """The supervisor lives exactly as long as its tool: a closed terminal or a polite signal does not end it."""


if __name__ == "__main__":
    main()
