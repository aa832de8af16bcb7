"""Runs: supervised processes in folders of their own, which outlive the program that started them.

    runs/<id>/  request.json  started.json  ended.json | lost.json  log  kubeconfig  control
                supervisor.lock  tool.lock  supervisor.log  keeper.log

The program starts a supervisor and from then on only looks: at files that are written whole, and at locks that end
with their holder.
"""

from __future__ import annotations

import difflib
import errno
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from runners.layers.jsons import Json
from runners.layers.runs import RunRecord
from runners.tools import run_files, run_record
from runners.tools.lease import LeaseFacts
from runners.tools.private_files import (
    folder_lock,
    make_private_folder,
    sweep_private,
    with_kubeconfig,
)
from runners.tools.run_start import start_supervisor

KILL_WORD = "kill"
"""What a person types before SIGKILL reaches a tool."""

_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")


class RunUnknown(Exception):  # noqa: N818  it says what is the case
    """No run, or more than one, goes by that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One tool to be run."""

    title: str
    """What a person asked for: ``apply longhorn``."""
    argv: tuple[str, ...]
    """``{kubeconfig}`` in it stands for the path of the private kubeconfig. Never a secret."""
    cwd: Path | str
    environ: Mapping[str, str] = field(repr=False)
    """The complete environment of the tool. It is handed over through a pipe and written nowhere."""
    secret_environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What is added to it and must never be shown either."""
    kubeconfig: str | None = field(default=None, repr=False)
    """Text of the private kubeconfig; the tool's KUBECONFIG names its file. None for a tool that needs no cluster."""
    cluster: str = ""
    """Server and uid of the cluster it is pinned to."""
    lease: LeaseFacts | None = None
    """What renews the Lease that was taken for it; None where there is none."""
    exclusive: bool = False
    """No other exclusive run may start on the same cluster beside it, whether it has a Lease or not."""
    notes: Mapping[str, Json] = field(default_factory=dict)
    """JSON by file name, for the run's folder before anything starts: what its asker wants to know at its end."""
    id: str = ""
    """From ``Runs.new_id`` when the Lease had to name the run before it started; else made at the start."""


class Runs:
    """All runs under one root, of this program and of others before or beside it. Safe to use from several threads."""

    def __init__(self, root: Path, keep: int = 200) -> None:
        """Takes the folder that has them, ``runs`` in the state folder, and how many ended runs a sweep leaves."""
        self.root = root
        self._keep = keep
        self._ended: dict[str, RunRecord] = {}
        self._ends: dict[str, threading.Event] = {}
        self._guard = threading.Lock()
        make_private_folder(self.root)

    def new_id(self) -> str:
        """An id whose short form no run here has yet."""
        taken = {name[-4:] for name in self._names()}
        while (short := secrets.token_hex(2)) in taken:
            pass
        return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{short}"

    def start(self, request: RunRequest) -> RunRecord:
        """Starts a run; returns once its tool works or could not be started, which is a failed run with its reason.

        Blocks for some 60 ms. Raises OSError where the run's folder can't be written.
        """
        folder = self.root / (request.id or self.new_id())
        with folder_lock(self.root):  # a sweep must not see the folder before its lock is held
            folder.mkdir(mode=0o700)
            lock = run_files.take_lock(folder / run_files.SUPERVISOR_LOCK)
        try:
            hand_over = _prepare(folder, request)
            try:
                start_supervisor(folder, lock, hand_over)
            except OSError as error:
                (folder / run_files.KUBECONFIG).unlink(missing_ok=True)
                why = f"its supervisor can't be started: {error.strerror}"
                run_files.write_json(folder / run_files.ENDED, {"ended": time.time(), "error": why})
        finally:
            os.close(lock)
        return self.record(folder.name)

    def records(self) -> tuple[RunRecord, ...]:
        """All runs, newest first. Cheap: an ended run is read once."""
        names = self._names()
        with self._guard:
            for gone in self._ended.keys() - names:
                del self._ended[gone]
        found = (self._read(name) for name in names)
        return tuple(sorted((r for r in found if r), key=lambda r: (r.started, r.id), reverse=True))

    def record(self, run_id: str) -> RunRecord:
        """The run by its id or short id.

        Raises:
            RunUnknown: none or several are meant.
        """
        record = self._read(self._name(run_id))
        if record is None:
            raise RunUnknown(f"run {run_id} has no readable request.json")
        return record

    def find(self, text: str) -> RunRecord:
        """The run that a person means: by its id or short id, or by as much of either's beginning as is unambiguous.

        Raises:
            RunUnknown: none or several are meant; the text says which come near.
        """
        records = self.records()
        meant = [run for run in records if text in (run.id, run.short_id)]
        meant = meant or [run for run in records if text and (run.id.startswith(text) or run.short_id.startswith(text))]
        if len(meant) == 1:
            return meant[0]
        near = meant or _near(text, records)
        names = " or ".join(f"{run.short_id} ({run.title})" for run in near[:3])
        which = f"several runs go by the id {text}: " if meant else f"no run goes by the id {text}; did you mean "
        raise RunUnknown(f"{which}{names}{'' if meant else '?'}" if near else f"no run goes by the id {text}")

    def log_path(self, run_id: str) -> Path:
        """The file with everything that the tool printed; it may not be there yet."""
        return self._folder(run_id) / run_files.LOG

    def interrupt(self, run_id: str) -> bool:
        """Asks the supervisor for one SIGINT to its tool; False when it is gone."""
        return self._ask(run_id, run_files.INTERRUPT)

    def kill(self, run_id: str, *, typed: str) -> bool:
        """Asks the supervisor for SIGKILL to the tool's process group; False when it is gone.

        Helm leaves a pending release behind when it is killed, so a person types ``KILL_WORD`` first.

        Raises:
            ValueError: another word was typed.
        """
        if typed != KILL_WORD:
            raise ValueError(f"a run is killed only after typing “{KILL_WORD}”")
        return self._ask(run_id, run_files.KILL)

    def wait(self, run_id: str, timeout: float | None = None) -> RunRecord:
        """Blocks until the run has ended or the time is over, and returns its record as it is then.

        It waits on the run's locks, so an end is seen at once and nothing is polled.
        """
        record = self.record(run_id)
        if record.state.ended:
            return record
        name = record.id
        with self._guard:
            event = self._ends.get(name)
            if event is None:
                event = self._ends[name] = threading.Event()
                threading.Thread(target=self._await_end, args=(name, event), name=f"run {name}", daemon=True).start()
        event.wait(timeout)
        return self.record(name)

    def holder_alive(self, run_id: str) -> bool:
        """Whether any process of the run's tool lives, even after its supervisor or its first process was killed."""
        return run_record.tool_is_alive(self._folder(run_id))

    def sweep(self) -> tuple[RunRecord, ...]:
        """Tidies up at the program's start, and returns the runs that turned out to be lost.

        Removes private kubeconfigs that nothing alive uses, marks lost runs, drops the oldest ended runs.
        """
        sweep_private(self.root.parent / "private")
        lost = []
        with folder_lock(self.root):
            for name in self._names():
                if self._sweep_one(self.root / name):
                    lost.append(self.record(name))
            ended = [record for record in self.records() if record.state.ended and not self.holder_alive(record.id)]
            for record in ended[self._keep :]:
                shutil.rmtree(self.root / record.id, ignore_errors=True)
        return tuple(lost)

    def _sweep_one(self, folder: Path) -> bool:
        """Tidies one folder; True when its run was found lost."""
        if run_record.is_supervised(folder) or run_record.tool_is_alive(folder):
            return False
        (folder / run_files.KUBECONFIG).unlink(missing_ok=True)
        if not (folder / run_files.REQUEST).exists():  # the program ended while it made the folder
            shutil.rmtree(folder, ignore_errors=True)
            return False
        if (folder / run_files.ENDED).exists() or (folder / run_files.LOST).exists():
            return False
        run_files.write_json(folder / run_files.LOST, {"ended": _last_sign(folder)})
        return True

    def _names(self) -> set[str]:
        with os.scandir(self.root) as entries:
            return {entry.name for entry in entries if _ID.fullmatch(entry.name)}

    def _name(self, run_id: str) -> str:
        names = self._names()
        if run_id in names:
            return run_id
        meant = [name for name in names if run_id and name.endswith(f"-{run_id}")]
        if len(meant) == 1:
            return meant[0]
        raise RunUnknown(f"{'several runs go' if meant else 'no run goes'} by the id {run_id}")

    def _folder(self, run_id: str) -> Path:
        return self.root / self._name(run_id)

    def _read(self, name: str) -> RunRecord | None:
        if name in self._ended:
            return self._ended[name]
        record = run_record.read_record(self.root / name)
        if record is not None and record.state.ended:
            self._ended[name] = record
        return record

    def _ask(self, run_id: str, what: bytes) -> bool:
        try:
            control = os.open(self._folder(run_id) / run_files.CONTROL, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in (errno.ENXIO, errno.ENOENT):  # nobody reads it any more
                return False
            raise
        try:
            return os.write(control, what) == len(what)
        except BrokenPipeError:
            return False
        finally:
            os.close(control)

    def _await_end(self, name: str, event: threading.Event) -> None:
        folder = self.root / name
        run_files.wait_until_free(folder / run_files.SUPERVISOR_LOCK)
        if not (folder / run_files.ENDED).exists():
            run_files.wait_until_free(folder / run_files.TOOL_LOCK)
        with self._guard:
            del self._ends[name]
        event.set()


def _near(text: str, records: Sequence[RunRecord]) -> list[RunRecord]:
    """The runs whose ids are nearest to what was typed; where it looks like none, a run of that title."""
    ids = {name: run for run in reversed(records) for name in (run.id, run.short_id)}
    close = difflib.get_close_matches(text, list(ids), n=3, cutoff=0.5)
    found = [ids[name] for name in close] or [run for run in records if text and text in run.title]
    return list(dict.fromkeys(found))


def _prepare(folder: Path, request: RunRequest) -> Json:
    """Writes what the run needs into its folder and returns what is handed over to the supervisor."""
    os.mkfifo(folder / run_files.CONTROL, 0o600)
    kubeconfig = None
    if request.kubeconfig is not None:
        kubeconfig = folder / run_files.KUBECONFIG
        run_files.write_private(kubeconfig, request.kubeconfig)
    argv, environ = with_kubeconfig(request.argv, {**request.environ, **request.secret_environ}, kubeconfig)
    written = {
        "id": folder.name,
        "title": request.title,
        "argv": argv,
        "cwd": str(request.cwd),
        "cluster": request.cluster,
        "exclusive": request.exclusive,
        "holder": request.lease.holder if request.lease else "",
        "started": time.time(),
    }
    for name, note in request.notes.items():
        run_files.write_json(folder / name, note)
    run_files.write_json(folder / run_files.REQUEST, written)
    lease = asdict(request.lease) if request.lease else None
    return {"argv": argv, "cwd": str(request.cwd), "environ": environ, "lease": lease}


def _last_sign(folder: Path) -> float:
    """When the tool last wrote something, or else when the run was asked for."""
    for name in (run_files.LOG, run_files.REQUEST):
        try:
            return (folder / name).stat().st_mtime
        except OSError:
            continue
    return time.time()
