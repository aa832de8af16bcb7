"""Hooks of a helmfile: commands that run at its events, as in the real one."""

from __future__ import annotations

from pathlib import Path

from runners.demo.tools.edge import Failed, say
from runners.demo.tools.flags import Unknown
from runners.layers.jsons import Json, mapping, sequence, strings, text, truth

_KNOWN = {"events", "command", "args", "showlogs", "name"}


def run_hooks(event: str, said: Json, folder: Path) -> None:
    """Runs the commands that a helmfile, or one of its releases, has for an event.

    Raises:
        Failed: one ended badly.
    """
    for hook in map(mapping, sequence(said, "hooks")):
        unknown = hook.keys() - _KNOWN
        if unknown:
            raise Unknown(f"{min(unknown)!r} of a hook")
        if event in strings(hook, "events"):
            _run(event, hook, folder)


def _run(event: str, hook: Json, folder: Path) -> None:
    import subprocess  # few helmfiles have hooks, and every call would wait for it

    argv = [text(hook, "command"), *strings(hook, "args")]
    if any("{{" in word for word in argv):
        raise Unknown("templates in hooks")
    try:
        done = subprocess.run(
            argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
    except OSError as error:
        raise Failed(f"hook[{argv[0]}]: {event}: command `{argv[0]}` failed: {error.strerror}") from None
    if truth(hook, "showlogs"):
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        say("", f"hook[{event}] logs | " + f"\nhook[{event}] logs | ".join(lines))
    if done.returncode:
        raise Failed(f"hook[{argv[0]}]: command `{argv[0]}` exited with non-zero status: {done.returncode}")
