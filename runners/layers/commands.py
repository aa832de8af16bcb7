"""Everything a person can do, one record each; footer, help, palette, dialogs and the docs' keys come from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from runners.layers.findings import Finding
from runners.layers.picture import Picture
from runners.layers.probes import Prospect
from runners.layers.rows import FrozenRows, Rows
from runners.layers.runs import RunRecord
from runners.layers.settings import Settings


class Scope(Enum):
    """What a command acts on."""

    FOUNDATION = "a component of the foundation"
    FLUX_ROW = "a Flux object"
    GITOPS = "the GitOps layer"
    RELEASE = "a Helm release"
    RUN = "a run"
    WALKTHROUGH = "a step of a walkthrough"
    SHEET = "the survival sheet"


@dataclass(frozen=True, slots=True)
class Target:
    """What a command would act on now."""

    component: str = ""
    kind: str = ""
    """The API's kind of a Flux object, or ``release``; and its place."""
    namespace: str = ""
    name: str = ""
    suspended: bool = False

    def __str__(self) -> str:
        """As a person would name it."""
        return self.component or f"{self.kind} {self.namespace}/{self.name}".strip(" /")


@dataclass(frozen=True)
class Situation:
    """Everything that a gate may look at, at one moment."""

    picture: Picture
    settings: Settings
    target: Target
    tools: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """Tool → what is to be said of it; a tool without findings is fine."""
    read_only: bool = False
    running: tuple[RunRecord, ...] = ()
    """The runs that have not ended, on this cluster."""
    planning_runs_code: tuple[str, ...] = ()
    """Hooks of the component's helmfile that run on reading commands too: ``prepare``, ``cleanup``."""
    remarks: tuple[Finding, ...] = ()
    """What a person should read before any change: that this is not the cluster it was, for one."""
    credentials: tuple[Finding, ...] = ()
    """What is to be said of the token that bootstrap needs."""
    commits: tuple[Finding, ...] = ()
    """What bootstrap would commit to Git, and what of the checkout speaks against that."""
    rows: Rows = field(default_factory=lambda: FrozenRows(()))
    """What the cluster has, for what no verdict says: claims, volumes."""
    keys: Mapping[str, bool | None] = field(default_factory=dict)
    """Secret of a listed key → is it there? None where it may not be looked at; without an entry nobody looked yet."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """Release → the version that the target's helmfile asks for, as far as that is written out."""
    prospects: Mapping[str, Prospect] = field(default_factory=dict)
    """Probe or act → what it would do to the target; without those that the target does not have."""
    unrestored: tuple[Finding, ...] = ()
    """Why nothing may start yet that creates claims: of a recovery, what isn't back from its backups."""


@dataclass(frozen=True)
class Command:
    """One thing a person can do."""

    name: str
    key: str
    """As Textual names it; empty when only the command line has it."""
    label: str
    """For the footer: one or two words."""
    help: str
    """For help, palette and docs: one sentence."""
    scope: Scope
    tools: tuple[str, ...] = ()
    """The tools it can't do without."""
    changes: bool = True
    """Does it change the cluster or Git? What only reads is open in read-only mode."""
    exclusive: bool = False
    """Holds the cluster's Lease while it runs: no other of its kind may run beside it, from any machine."""
    probe: str = ""
    """The probe that it makes: it is offered where a component has that one, whatever else is wrong there."""
    act: str = ""
    """The act of Bedplate's own that it carries out, in a run like any tool's (``runners.acts``)."""
    proof: str = ""
    """How one sees afterwards that it worked."""
    undo: str = ""
    """How it is taken back."""


PLAN = Command(
    name="plan",
    key="i",
    label="plan and diff",
    help="Show what an apply would do now, object by object.",
    scope=Scope.FOUNDATION,
    tools=("helmfile", "helm", "helm-diff"),
    changes=False,
)
APPLY = Command(
    name="apply",
    key="a",
    label="apply",
    help="Show the plan, and after a yes carry out exactly that.",
    scope=Scope.FOUNDATION,
    tools=("helmfile", "helm", "helm-diff"),
    exclusive=True,
    proof="the component's own rules: workloads, StorageClass, tenant",
    undo="apply the files of an earlier commit",
)
REPAIR = Command(
    name="repair",
    key="f",
    label="repair",
    help="Put back what was deleted or changed by hand.",
    scope=Scope.FOUNDATION,
    tools=("helmfile", "helm", "helm-diff"),
    exclusive=True,
    proof="a plan that finds nothing to do",
    undo="none needed: it restores what was applied",
)
PROBE_S3 = Command(
    name="probe s3",
    key="p",
    label="probe s3",
    help="Store an object in its bucket, read it back, delete it.",
    scope=Scope.FOUNDATION,
    probe="s3",
    proof="what was read is what was stored, and it is gone again",
    undo="none needed: it deletes what it stored, also after a failure",
)
PROBE_CLAIM = Command(
    name="probe claim",
    key="p",
    label="probe claim",
    help="Bind a claim of its own, write to it, read it back, delete it.",
    scope=Scope.FOUNDATION,
    exclusive=True,
    probe="claim",
    proof="the claim was bound, and a second pod read what the first one wrote",
    undo="none needed: it deletes what it made, also after a failure",
)
SUSPEND = Command(
    name="suspend",
    key="s",
    label="suspend",
    help="Stop Flux from reconciling this until it is resumed.",
    scope=Scope.FLUX_ROW,
    tools=("flux",),
    proof="the object says that it is suspended",
    undo="resume",
)
RESUME = Command(
    name="resume",
    key="r",
    label="resume",
    help="Let Flux reconcile this again.",
    scope=Scope.FLUX_ROW,
    tools=("flux",),
    proof="the object is ready at its source's revision",
    undo="suspend",
)
RECONCILE = Command(
    name="reconcile",
    key="R",
    label="reconcile",
    help="Ask Flux to reconcile this now.",
    scope=Scope.FLUX_ROW,
    tools=("flux",),
    proof="the object is ready, and handled this request",
    undo="none needed",
)
RECONCILE_WITH_SOURCE = Command(
    name="reconcile with source",
    key="W",
    label="with source",
    help="Ask Flux to fetch its source, then to reconcile it.",
    scope=Scope.FLUX_ROW,
    tools=("flux",),
    proof="the object is ready at its source's new revision",
    undo="none needed",
)
BOOTSTRAP = Command(
    name="bootstrap",
    key="b",
    label="bootstrap",
    help="Install Flux and sync from Git. Pushes commits.",
    scope=Scope.GITOPS,
    tools=("flux",),
    exclusive=True,
    proof="flux-system is ready at the branch's revision",
    undo="flux uninstall; the commits stay in Git",
)
CHECK_FLUX = Command(
    name="check flux",
    key="c",
    label="check flux",
    help="Let flux check the cluster and its controllers.",
    scope=Scope.GITOPS,
    tools=("flux",),
    changes=False,
)
ROLL_BACK = Command(
    name="roll back",
    key="u",
    label="roll back",
    help="Take a release that is stuck back to its last whole revision.",
    scope=Scope.RELEASE,
    tools=("helm",),
    exclusive=True,
    proof="the release says deployed",
    undo="apply: it goes forward again",
)
DELETE_RECORD = Command(
    name="delete record",
    key="x",
    label="delete record",
    help="Delete Helm's record of a change that is stuck, and no object.",
    scope=Scope.RELEASE,
    tools=("kubectl", "helm"),
    exclusive=True,
    proof="helm lists the revision before it, or nothing",
    undo="none: the next apply writes a new record",
)
INTERRUPT = Command(
    name="interrupt",
    key="ctrl+c",
    label="interrupt",
    help="Send the running tool one SIGINT and let it end.",
    scope=Scope.RUN,
    proof="the run says how it ended",
    undo="apply again",
)

HOLD_JOBS = Command(
    name="hold jobs",
    key="",
    label="hold jobs",
    help="Write down and take off what makes Longhorn's recurring jobs run.",
    scope=Scope.FOUNDATION,
    act="hold",
    exclusive=True,
    proof="no recurring job has groups, and no volume names one",
    undo="release jobs",
)
RELEASE_JOBS = Command(
    name="release jobs",
    key="",
    label="release jobs",
    help="Put back what was taken off Longhorn's recurring jobs.",
    scope=Scope.FOUNDATION,
    act="release",
    exclusive=True,
    proof="nothing is held any more",
    undo="hold jobs",
)
RESTORE = Command(
    name="restore",
    key="",
    label="restore",
    help="Bring back what was chosen from Longhorn's backups; nothing that lives is restored over.",
    scope=Scope.FOUNDATION,
    act="restore",
    exclusive=True,
    proof="each chosen claim is bound to its restored volume",
    undo="none: what is restored stays",
)
SYSTEM_BACKUP = Command(
    name="system backup",
    key="",
    label="system backup",
    help="Let Longhorn back up its own objects, and its volumes where they have no backup yet.",
    scope=Scope.FOUNDATION,
    exclusive=True,
    act="system-backup",
    proof="the system backup says that it is Ready",
    undo="delete the system backup in Longhorn",
)
UPGRADE_ENGINES = Command(
    name="upgrade engines",
    key="",
    label="upgrade engines",
    help="Let Longhorn upgrade the engines of its volumes, one at a time on each node.",
    scope=Scope.FOUNDATION,
    exclusive=True,
    act="upgrade-engines",
    proof="every volume runs the manager's engine",
    undo="set concurrent-automatic-engine-upgrade-per-node-limit to 0; an upgraded engine stays",
)

DECIDE = Command(
    name="decide",
    key="",
    label="decide",
    help="Confirm or skip a step of a walkthrough, on record.",
    scope=Scope.WALKTHROUGH,
    proof="the decision stands in the journal, and in the cluster where that can hold it",
    undo="decide again",
)

WRITE_SHEET = Command(
    name="write sheet",
    key="",
    label="write sheet",
    help="Write the survival sheet to a file of this machine, on record.",
    scope=Scope.SHEET,
    proof="the file is the sheet of this moment",
    undo="none needed: only an older sheet of the same cluster is written over",
)

COMMANDS: tuple[Command, ...] = (
    PLAN,
    APPLY,
    REPAIR,
    PROBE_S3,
    PROBE_CLAIM,
    BOOTSTRAP,
    CHECK_FLUX,
    SUSPEND,
    RESUME,
    RECONCILE,
    RECONCILE_WITH_SOURCE,
    ROLL_BACK,
    DELETE_RECORD,
    INTERRUPT,
)
"""In the order of footer and help."""
