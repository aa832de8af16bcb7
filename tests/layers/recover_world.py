"""A cluster on its worst day, as rows, a sheet and decisions, made from few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from runners.layers.commands import Situation, Target
from runners.layers.freshness import LIVE
from runners.layers.identity import Identity
from runners.layers.kinds.base import Row
from runners.layers.kinds.longhorn import LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_SYSTEM_BACKUPS, SystemBackup
from runners.layers.kinds.longhorn_restores import LONGHORN_SYSTEM_RESTORES, SystemRestore
from runners.layers.kinds.longhorn_settings import LONGHORN_RECURRING_JOBS, RecurringJob
from runners.layers.kinds.storage import Claim, Volume
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, KeySource, S3Settings, Settings
from runners.layers.survival.sheet import Sheet, SheetClaim, SheetCluster, SheetGitOps
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.act_prospects import act_prospects
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.restore_gates import unrestored
from runners.layers.walkthroughs.restore_rules import DISKS, GONE, WHAT, Recovery
from runners.layers.walkthroughs.steps import Moment
from tests.layers import survival_world as s
from tests.layers import worlds as w
from tests.layers.worlds import LONG_AGO, NOW

OLD, NEW = "0ld-0ld", "41c7"
HOME = Identity("home", "https://10.0.0.10:6443", NEW, version="v1.37.2")
SETTINGS = Settings(
    "test",
    foundation=(
        FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",)),
        FoundationEntry("minio", "minio/helmfile.yaml", ("minio",), after=("longhorn",), s3=S3Settings("probe")),
    ),
    keys=(KeySource("longhorn-system/backup-credentials", "keys/backup.sops.yaml", "", "longhorn"),),
    survival_file="home.survival.yaml",
)
PHOTOS = "apps/photos"


def sheet(*names: str, uid: str = OLD) -> Sheet:
    """The sheet of a cluster, with claims that would return."""
    claims = tuple(
        SheetClaim("apps", name, "longhorn", "10Gi", f"pv-{name}", f"lh-{name}", "returns", "", "", "", 1)
        for name in names
    )
    return Sheet(
        "2027-01-14T08:00:00Z",
        SheetCluster("home", HOME.server, uid, "v1.37.2"),
        "1.12",
        (),
        SheetGitOps("v2.9.5", "https://git.home/infra.git", "main", "clusters/home", "main@sha1:3d2789e"),
        (),
        claims,
        (),
        (),
    )


def decided(**answers: str) -> Mapping[str, Decision]:
    """Answers by step."""
    return {
        step: Decision("recover", step, Choice.CONFIRMED, NOW - 60, "ada@workshop", answer=answer)
        for step, answer in answers.items()
    }


def chosen(*claims: str) -> Mapping[str, Decision]:
    """The old disks are gone, and these claims come back."""
    return decided(**{DISKS: GONE, WHAT: f"volumes {','.join(claims)}"})


def job(name: str = "nightly", groups: tuple[str, ...] = ("default",), **more: str) -> RecurringJob:
    """A recurring job."""
    task, cron = more.get("task", "backup"), more.get("cron", "0 2 * * *")
    kind = LONGHORN_RECURRING_JOBS.id
    uid = f"uid-{name}"
    return RecurringJob(kind, "longhorn-system", name, uid, LONG_AGO, task, cron, groups, 7, more.get("held", ""))


def system_backup(name: str = "first", version: str = "v1.12.1", state: str = "Ready") -> SystemBackup:
    """A backup of Longhorn's own objects."""
    kind = LONGHORN_SYSTEM_BACKUPS.id
    return SystemBackup(kind, "longhorn-system", name, f"uid-{name}", LONG_AGO, state, version, NOW - 3600, "")


def system_restore(backup: str = "first", state: str = "Completed") -> SystemRestore:
    """A restore from one."""
    return SystemRestore(LONGHORN_SYSTEM_RESTORES.id, "longhorn-system", "r", "uid-r", LONG_AGO, state, backup, "")


def filled(name: str, **more: object) -> LonghornVolume:
    """A volume that was made from its backup, whole unless told otherwise."""
    made = replace(s.stored(name), state="detached", robustness="unknown", from_backup=f"s3://{name}")
    return replace(made, **more)  # type: ignore[arg-type]


def back(name: str) -> list[Row]:
    """A claim that is bound to its restored volume."""
    return [claim(name), pv(name), filled(name)]


def claim(name: str, volume: str | None = None) -> Claim:
    """A claim that is bound to its own volume, or to another."""
    return s.claim(name, volume)


def pv(name: str) -> Volume:
    """The PersistentVolume of a claim."""
    return s.volume(name)


def moment(
    rows: Iterable[Row],
    *,
    sheet: Sheet | None = None,
    decisions: Mapping[str, Decision] | None = None,
    verdicts: Mapping[str, Verdict] | None = None,
    asked: str = "1.12.1",
    settings: Settings = SETTINGS,
    keys: bool | None = True,
) -> Moment:
    """One moment on the new cluster."""
    flux = () if (verdicts or {}).get("flux-system") is Verdict.ABSENT else w.synced_world()
    seen, recovery = FrozenRows([*rows, *flux]), Recovery(sheet, decisions or {})
    states = _states(verdicts or {})
    picture = Picture(NOW, HOME, LIVE, tuple(states))

    def situation(target: Target) -> Situation:
        return Situation(
            picture,
            settings,
            target,
            keys={key.secret: keys for key in settings.keys},
            prospects=act_prospects(target.component, seen, recovery, picture),
            unrestored=unrestored(seen, recovery, HOME),
        )

    versions = {"longhorn": asked} if asked else {}
    return Moment(picture, settings, seen, NOW, situation, recovery.decisions, sheet, "", versions, encrypted={})


def _states(verdicts: Mapping[str, Verdict]) -> Sequence[ComponentState]:
    found = []
    for name, layer in (("longhorn", Layer.FOUNDATION), ("minio", Layer.FOUNDATION), ("flux-system", Layer.GITOPS)):
        verdict = verdicts.get(name, Verdict.HEALTHY)
        version = "" if verdict is Verdict.ABSENT else "1.12.1"
        found.append(ComponentState(name, layer, verdict, version))
    return found
