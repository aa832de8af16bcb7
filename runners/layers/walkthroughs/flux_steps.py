"""The steps that put Flux on a cluster and prove it, link by link; the first day and the worst one share them."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Iterator

from runners.layers import commands as c
from runners.layers.bootstrap_commits import committed_paths
from runners.layers.commands import Target
from runners.layers.existing_sync import SYNC
from runners.layers.findings import Finding, Severity
from runners.layers.flux_bootstrap import bootstrap_call, export_call
from runners.layers.gitops_settings import TOKEN_VARIABLES, BootstrapSettings
from runners.layers.settings import Settings
from runners.layers.walkthroughs.flux_proofs import controllers_work, decrypts, is_applied, is_fetched, is_synced
from runners.layers.walkthroughs.operator_steps import operator_steps
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Step, proved

Shell = Callable[[Settings, str], str]

_NOT_YET = Finding("this checkout", Severity.OK, "nothing in it stands in the way of flux's push")


def flux_steps(settings: Settings) -> Iterator[Step]:
    """Flux, its controllers, its source, what it applies, and what it decrypts."""
    asked = settings.bootstrap
    if asked is not None and asked.is_operator:
        yield from operator_steps(settings, asked)
    else:
        if asked is not None:
            yield commits_step(asked)
        yield bootstrap_step(settings)
    yield controllers_step(settings)
    yield source_step(settings)
    yield applied_step()
    yield decrypts_step()


def commits_step(settings: BootstrapSettings) -> Step:
    """What Git gets, before it gets it."""
    folder = posixpath.dirname(committed_paths(settings)[0])
    synced = is_synced(settings)

    def proof(moment: Moment) -> Proof:
        already = synced(moment)
        if proved(already):
            return already
        found = moment.situation(Target()).commits
        return (_NOT_YET, *found) if proved(found) else found

    return Step(
        "flux:commits",
        "What goes to Git",
        why="Bootstrap clones the branch anew, commits and pushes, all before it proves anything. Look first.",
        proof=proof,
        looks_at=f"which of flux's files {folder} has, whether .gitignore keeps them out, and what is not pushed yet",
        do=f"flux will write what is missing of gotk-components.yaml, gotk-sync.yaml and kustomization.yaml into "
        f"{folder}, commit that to {settings.branch}, and push. Commit and push what is yours first",
        shell=_commits_shell(settings),
        undo="nothing to undo: this step only looks. What bootstrap has pushed is taken back by git revert",
        skip="when Git is as you want it although this copy is not",
    )


def bootstrap_step(settings: Settings) -> Step:
    """Flux, from Git."""
    return Step(
        "flux",
        "Flux",
        why="It installs its controllers, commits them to Git, and from then on Git says what runs here.",
        proof=is_synced(settings.bootstrap),
        looks_at="that Flux's controllers are there, and its Kustomization syncs this folder of this repository",
        doing=Doing.COMMAND,
        command=c.BOOTSTRAP,
        do="flux bootstrap: it pushes commits to the branch that bedplate.yaml names",
        shell=_bootstrap_shell,
        undo=c.BOOTSTRAP.undo,
        usually="1–2 min",
    )


def controllers_step(settings: Settings) -> Step:
    """Whoever does Flux's work is up."""
    return Step(
        "flux:controllers",
        "Flux's controllers",
        why="Each does one thing: one fetches Git, one applies it, one installs charts. One that is down is silent.",
        proof=controllers_work(settings.bootstrap),
        looks_at=f"that each controller's Deployment in {SYNC} is rolled out",
        do="nothing: this step only looks",
        shell=_kubectl("-n", SYNC, "get", "deployments,pods"),
        undo="nothing to undo: a controller keeps no state of its own",
        usually="20–60 s",
    )


def source_step(settings: Settings) -> Step:
    """Git is fetched."""
    return Step(
        "flux:source",
        "Git is fetched",
        why="Flux reads Git from inside the cluster, with its own key or token: that yours works proves nothing.",
        proof=is_fetched(settings.bootstrap),
        looks_at="that the source has an artifact, and of which revision",
        do="nothing: this step only looks",
        shell=_flux("get", "sources", "all", "-A"),
        usually="5–30 s",
    )


def applied_step() -> Step:
    """Flux's own folder is applied."""
    return Step(
        "flux:applied",
        "Git is applied",
        why="Everything else hangs on this one Kustomization: where it can't be built, nothing from Git comes.",
        proof=is_applied,
        looks_at=f"that Kustomization {SYNC}/{SYNC} has applied the revision that is fetched",
        do="nothing: this step only looks",
        shell=_flux("get", "kustomization", SYNC, "-n", SYNC),
        undo=f"revert the commit in Git; flux suspend kustomization {SYNC} -n {SYNC} stops it meanwhile",
        usually="10–60 s",
        milestone="GitOps",
    )


def decrypts_step() -> Step:
    """The key that Flux has is the one that the repository is encrypted for."""
    return Step(
        "flux:decrypts",
        "Secrets decrypt",
        why="A wrong key shows nowhere but here: Flux runs, and what needs a Secret from Git waits for ever.",
        proof=decrypts,
        looks_at="that a Kustomization with spec.decryption has applied a folder with an encrypted file",
        do="nothing: this step only looks",
        shell=_kubectl("get", "kustomizations.kustomize.toolkit.fluxcd.io", "-A"),
        usually="up to 2 min",
        skip="when what is encrypted is not needed yet",
    )


def _commits_shell(settings: BootstrapSettings) -> Shell:
    paths = committed_paths(settings)
    inside = posixpath.dirname(posixpath.dirname(paths[0])) or "."
    lines = (
        "git fetch",
        shlex.join(("git", "status", "--short", "--branch", "--", inside)),
        shlex.join(("git", "check-ignore", "--verbose", "--no-index", *paths)),
        f"{shlex.join(export_call(settings))} | git diff --no-index --stat -- {shlex.quote(paths[0])} -",
    )
    return lambda _settings, _context: "\n".join(lines)


def _kubectl(*words: str) -> Shell:
    return lambda _settings, context: shlex.join(("kubectl", "--context", context, *words))


def _flux(*words: str) -> Shell:
    return lambda _settings, context: shlex.join(("flux", "--context", context, *words))


def _bootstrap_shell(settings: Settings, context: str) -> str:
    asked = settings.bootstrap
    if asked is None or asked.provider not in TOKEN_VARIABLES:
        return ""
    token = f"# the token comes from the environment: {TOKEN_VARIABLES[asked.provider]}\n" if not asked.uses_ssh else ""
    return token + shlex.join(bootstrap_call(asked, context))
