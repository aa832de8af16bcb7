"""The survival sheet on disk: gathered, and written whole or not at all, never over another cluster's."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import anyio.to_thread

from runners.asks import Refusal
from runners.cluster.errors import ApiError
from runners.cluster.objects import get
from runners.layers.findings import Finding, Severity, worst
from runners.layers.jsons import mapping, text
from runners.layers.kinds.base import timestamp
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.storage import CLAIMS
from runners.layers.rehearsal.last_walk import last_walk
from runners.layers.runs import RunRecord, RunState
from runners.layers.survival.sheet import MOVE_AWAY, SHEET, Sheet
from runners.layers.survival.sheet_making import SYNC, Gathered, make_sheet
from runners.layers.survival.sheet_text import SheetError, read_sheet, sheet_text
from runners.layers.walkthroughs.restore_choices import is_going_on
from runners.rehearsals import known_recoveries, known_rehearsals
from runners.session import Session
from runners.surroundings import path_in, secret_path, sheet_path
from runners.tools.calls import ToolError


async def keep_sheet(session: Session, path: Path, *, aside: bool = False) -> Sheet:
    """Writes the sheet of this moment to a file, on record; only the choke point calls it. Returns what was written.

    Args:
        session: of the cluster that it is about.
        path: the file.
        aside: another cluster's sheet that lies there is kept beside it, instead of being a reason against it.

    Raises:
        Refusal: the file is not to be overwritten.
        ToolError: it can't be written.
    """
    made = await current_sheet(session)
    try:
        sheet, kept = await anyio.to_thread.run_sync(_keep_both if aside else _keep_one, path, made)
    except SheetRefused as error:
        raise Refusal(Finding(SHEET, Severity.WARNING, str(error), "", False)) from error
    except OSError as error:
        raise ToolError(f"survival sheet {path}: {error.strerror or error}") from error
    kept_as = {"kept": str(kept)} if kept is not None else {}
    with contextlib.suppress(OSError):  # it has happened already: a full disk does not take it back
        session.journal.write("sheet written", session.identity, path=str(path), claims=len(sheet.claims), **kept_as)
    session.outlook.ask()
    return sheet


async def keep_after(session: Session, run: RunRecord, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """After a run that changed something, ended well and holds: writes the sheet where bedplate.yaml wants it.

    Returns what is to be said of that; nothing where there was nothing to write.
    """
    path = sheet_path(session.settings, session.environ, session.options.repository)
    ended_well = run.exclusive and run.state is RunState.SUCCEEDED and worst(findings) <= Severity.NOTE
    if path is None or not ended_well or session.options.read_only:
        return ()
    if is_going_on(session.store, session.recovering.recovery):
        return ()  # a sheet of a cluster that is half back would lack what is still to come
    try:
        await keep_sheet(session, path)
    except (Refusal, ToolError) as error:
        return (Finding(SHEET, Severity.WARNING, f"was not written: {error}"),)
    return (Finding(SHEET, Severity.OK, f"written to {path}"),)


class SheetRefused(Exception):  # noqa: N818  it says what is the case
    """The file is not overwritten; the text says why, for people."""


async def current_sheet(session: Session) -> Sheet:
    """The sheet of this moment, of a cluster that has answered. Blocks no loop.

    Raises:
        ToolError: its claims can't be seen, and a sheet without them would be worse than none.
    """
    freshness = session.store.freshness(CLAIMS)
    if not freshness.trusted:
        raise ToolError(f"survival sheet: claims are {freshness.words(time.time())}, so it would have none")
    charts = await session.helm_releases.now()
    return await anyio.to_thread.run_sync(_sheet, session, charts)


def _sheet(session: Session, charts: Mapping[tuple[str, str], str]) -> Sheet:
    url, branch = _source(session)
    keys = session.settings.keys
    secrets = {key.secret: _of_secret(session, key.secret) for key in keys}
    files = {key.file: _of_file(session, key.file) for key in keys if key.file}
    journal = session.journal
    rehearsed = last_walk(known_rehearsals(journal), known_recoveries(journal), session.identity)
    gathered = Gathered(charts, url, branch, secrets, files, rehearsed)
    return make_sheet(session.observed(), session.take_picture(), gathered)


def _source(session: Session) -> tuple[str, str]:
    """URL and branch of what Flux syncs; empty where that can't be read."""
    rows = session.store.within(KUSTOMIZATIONS, (SYNC[0],))
    source = next((row.source for row in rows if (row.namespace, row.name) == SYNC), "")
    singular, _, place = source.partition("/")
    kind = next((kind for kind in session.watches.kinds if singular and kind.singular == singular), None)
    if kind is None:
        return "", ""
    namespace, _, name = place.partition("/")
    try:
        found = get(session.connection, kind, namespace, name)
    except ApiError:
        return "", ""
    return text(found, "spec", "url"), text(found, "spec", "ref", "branch")


def _of_secret(session: Session, secret: str) -> str:
    """SHA-256 of a Secret's data, which is not kept; empty where it can't be read."""
    try:
        found = session.connection.request("GET", secret_path(secret))
    except ApiError:
        return ""
    data = json.dumps(dict(mapping(found, "data")), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(data.encode()).hexdigest()


def _of_file(session: Session, file: str) -> str:
    try:
        path = path_in(file, session.environ, session.options.repository)
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _keep_one(path: Path, made: Sheet) -> tuple[Sheet, None]:
    return write_sheet(path, made), None


def _keep_both(path: Path, made: Sheet) -> tuple[Sheet, Path | None]:
    """Writes the sheet, and where another cluster's is kept; that is there before anything is written over."""
    there = _read(path)
    if there is None or not there.of_another(made.cluster.uid, made.cluster.server):
        return _keep_one(path, made)
    kept = _copied_beside(path, there.cluster.uid)
    try:
        return write_sheet(path, made, over=there), kept
    except OSError:
        kept.unlink(missing_ok=True)
        raise


def _copied_beside(path: Path, uid: str) -> Path:
    """Copies a file beside itself under a name that nothing had: nothing is lost, whoever else does the same."""
    whose = re.sub("[^0-9A-Za-z-]", "", uid)[:8] or "before"
    for number in count(1):
        kept = path.with_name(f"{path.name}.{whose}{f'-{number}' if number > 1 else ''}")
        with contextlib.suppress(FileExistsError), kept.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(path.read_bytes())
            os.fsync(file.fileno())
            return kept
    raise AssertionError("there is always another number")


def write_sheet(path: Path, made: Sheet, *, over: Sheet | None = None) -> Sheet:
    """Writes a sheet for its owner alone; whoever reads the file meanwhile sees the old one or the new one, whole.

    Returns what was written: the last rehearsal is the later one of what this machine knows and what the file says.

    Args:
        path: the file.
        made: what is to be written.
        over: another cluster's sheet that may be written over, because it is kept elsewhere.

    Raises:
        SheetRefused: the file is something else, or says what this one can't: another cluster's sheet, perhaps the
            last word of one that died, or claims where there are none now.
        OSError: it can't be written.
    """
    there = _look_before(path, made, over)
    sheet = _with_rehearsal(made, there) if there else made
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(sheet_text(sheet))
            file.flush()
            os.fsync(handle)
        Path(scratch).replace(path)
    finally:
        Path(scratch).unlink(missing_ok=True)
    return sheet


def _with_rehearsal(made: Sheet, there: Sheet) -> Sheet:
    """Another machine, or a person's own hand, may have written down a later rehearsal than this machine knows."""
    if timestamp(made.last_rehearsed) >= timestamp(there.last_rehearsed):
        return made
    return replace(made, last_rehearsed=there.last_rehearsed, rehearsed_to_storage=there.rehearsed_to_storage)


def _look_before(path: Path, sheet: Sheet, over: Sheet | None) -> Sheet | None:
    """The sheet of this cluster that lies there and may be written over; None where there is none."""
    there = _read(path)
    if there is None or there == over:
        return None
    if another := there.of_another(sheet.cluster.uid, sheet.cluster.server):
        raise SheetRefused(f"{path} {another}: {MOVE_AWAY}")
    if there.claims and not sheet.claims:
        raise SheetRefused(f"{path} has claims ({len(there.claims)}), and the cluster has none now: {MOVE_AWAY}")
    return there


def _read(path: Path) -> Sheet | None:
    """The sheet that lies there; None where there is nothing."""
    try:
        return read_sheet(path.read_text(encoding="utf-8", errors="replace"), str(path))
    except FileNotFoundError:
        return None
    except SheetError as error:
        raise SheetRefused(f"{path} {error.words}: {MOVE_AWAY}") from error
