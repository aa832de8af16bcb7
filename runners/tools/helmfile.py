"""What helmfile is asked: the argv of each call and the variables it needs, built here and nowhere else.

Every call names file, environment and context. Unknown flags are ignored silently by helmfile, so what older versions
don't have (``--template-args`` came in the middle of 2026) is said in a second way that they understand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runners.layers.plans import Comparison, Plan, ReleaseAction, ReleasePlan, Served
from runners.tools.calls import PlanError

Argv = tuple[str, ...]

ENVIRON: Mapping[str, str] = {
    "HELM_DIFF_USE_UPGRADE_DRY_RUN": "false",
    "HELM_DIFF_NORMALIZE_MANIFESTS": "false",
    "HELM_DIFF_THREE_WAY_MERGE": "false",
    # What stands in a person's shell must not change what is printed, since it is read.
    **dict.fromkeys(("HELMFILE_QUIET", "HELMFILE_DEBUG", "HELMFILE_LOG_LEVEL"), ""),
    **dict.fromkeys(("HELM_DEBUG", "HELM_DIFF_OUTPUT_CONTEXT"), ""),
}
"""Variables of every call to helmfile, when planning and when carrying out, beyond ``tool_environ``."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call that is ready to be run: its argv, and the variables beyond the person's own."""

    argv: Argv
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Helmfile:
    """One helmfile, pinned to one context and environment."""

    path: str
    """Relative to the repository, which is the working directory of every call."""
    environment: str
    context: str

    def _argv(self, *args: str, pinned: bool = True, colour: bool = False) -> Argv:
        context = ("--kube-context", self.context) if pinned else ()
        shade = "--color" if colour else "--no-color"
        return ("helmfile", shade, *context, "-f", self.path, "-e", self.environment or "default", *args)

    def listing(self) -> Argv:
        """Which releases are asked for; no hook runs, no chart is fetched."""
        return self._argv("list", "--output", "json", "--skip-charts")

    def build(self) -> Argv:
        """The helmfile with its templates filled in, and every ``kubeContext`` as it was written.

        It is not pinned: helmfile would write the pinned context over the others. It asks no cluster.
        """
        return self._argv("build", pinned=False)

    def diff(self, name: str, namespace: str, compared: Comparison, served: Served, *, full: bool = False) -> Argv:
        """What would change in one installed release: a line an object, or the text with its secrets suppressed.

        ``--dry-run=server`` lets a chart look up what is there, as it will when it is applied: without it a password
        that the chart keeps seems to change each time. The chart's own hooks are left out; compared with the cluster
        they would seem to be missing.
        """
        args = ["-l", selector(name, namespace), "diff", "--detailed-exitcode", "--suppress-secrets", "--no-hooks"]
        args += ["--context", "3"] if full else ["--output", "simple"]
        told = [] if compared is Comparison.LIVE else _api_versions(served)
        return self._argv(*args, f"--diff-args={' '.join(_diff_args(compared) + told)}")

    def template(
        self, name: str, namespace: str, served: Served, *, new: bool, validate: bool, refresh: bool = False
    ) -> Argv:
        """One release rendered as it will be when it is applied.

        Only with ``validate`` does helm ask the server what it serves; that needs every kind to be served already.
        Without, helm is told what is served, and takes what its own library knows for served besides. ``refresh``
        has chart repositories added and asked first; a chart's newest version is then what it was at that moment.
        """
        args = ["--dry-run=server"]
        flags = ["--kube-version", served.version, "--template-args=--dry-run=server"]
        if not refresh:
            flags.append("--skip-refresh")
        if new:
            flags.append("--include-crds")
        else:
            args.append("--is-upgrade")
        if validate:
            flags.append("--validate")
        else:
            args += _api_versions(served)
        return self._argv("-l", selector(name, namespace), "template", *flags, f"--args={' '.join(args)}")

    def sync(self, releases: Iterable[ReleasePlan], *, colour: bool = False) -> Argv:
        """Carries out exactly these releases, without another diff."""
        # The charts are those that the plan fetched: no repository is asked again for a newer one.
        return self._argv(*_selectors(releases), "sync", "--skip-refresh", colour=colour)

    def apply(self, releases: Sequence[ReleasePlan], *, colour: bool = False) -> Argv:
        """The same by ``apply``, which alone runs a helmfile's preapply hooks; its diff must not stop at a new kind."""
        args = ("--suppress-diff", "--suppress-secrets", "--no-hooks", "--skip-diff-on-install", "--skip-refresh")
        diff_args = f"--diff-args={' '.join(_diff_args(_compared(releases)))}"
        return self._argv(*_selectors(releases), "apply", *args, diff_args, colour=colour)


def environ(compared: Comparison) -> Mapping[str, str]:
    """The variables of a diff or an apply that compares in this way."""
    return {**ENVIRON, "HELM_DIFF_THREE_WAY_MERGE": "true" if compared is Comparison.LIVE else "false"}


def selector(name: str, namespace: str) -> str:
    """The selector of one release."""
    return f"name={name},namespace={namespace}"


def carry_out(plan: Plan, *, colour: bool = False) -> Invocation:
    """The call that carries out a plan: exactly its releases, compared as they were when it was made.

    Raises:
        PlanError: there is nothing to carry out; without a selector helmfile would take every release.
    """
    if not plan.changing:
        raise PlanError(f"{plan.component}: there is nothing to carry out")
    helmfile = Helmfile(plan.helmfile, plan.environment, plan.identity.context)
    if "preapply" in plan.hooks:
        argv = helmfile.apply(plan.changing, colour=colour)
    else:
        argv = helmfile.sync(plan.changing, colour=colour)
    return Invocation(argv, environ(_compared(plan.changing)))


def _selectors(releases: Iterable[ReleasePlan]) -> Argv:
    return tuple(word for release in releases for word in ("-l", selector(release.name, release.namespace)))


def _compared(releases: Iterable[ReleasePlan]) -> Comparison:
    """One way for all of them: a single release whose kinds are not served yet rules out asking the cluster."""
    ways = {release.compared for release in releases if release.action is not ReleaseAction.UNINSTALL}
    return Comparison.RECORDED if Comparison.RECORDED in ways else Comparison.LIVE


def _diff_args(compared: Comparison) -> list[str]:
    args = ["--dry-run=server"]
    if compared is Comparison.RECORDED:
        args.append("--disable-validation")
    return args


def _api_versions(served: Served) -> list[str]:
    return [f"--api-versions={api}" for api in served.api_versions]
