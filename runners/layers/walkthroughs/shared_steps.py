"""The steps that several walkthroughs share: the right cluster, preflight, keys, a component, and the services."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from runners.layers import commands as c
from runners.layers.commands import Target
from runners.layers.components.longhorn import LONGHORN
from runners.layers.settings import FoundationEntry, KeySource, Settings
from runners.layers.walkthroughs.helmfile_calls import helmfile_calls
from runners.layers.walkthroughs.proofs import (
    confirmed,
    is_usable,
    keys_are_there,
    nothing_in_the_way,
    services_are_ready,
)
from runners.layers.walkthroughs.steps import Doing, Step

CLUSTER = "cluster"
KEYS, FOUNDATION = "keys:", "foundation:"
"""What the ids of steps begin with that are about keys, or about a component of the foundation."""


def right_cluster(step_id: str = CLUSTER, *, built_anew: bool = False) -> Step:
    """A person says that this is the cluster that they mean; one that was built anew has another uid than before."""
    return Step(
        step_id,
        "The right cluster",
        why="Everything from here on changes this cluster. A context's name may point anywhere: look at the address.",
        proof=confirmed(step_id),
        looks_at="a person's word, for the server's address and the uid of kube-system",
        doing=Doing.DECISION,
        do=(
            "compare the context and the server's address with the cluster that you mean, and type the context's name. "
            f"The uid is the cluster's own{_ANEW if built_anew else ', whatever its address'}"
        ),
        shell=_who_is_there,
        undo="take it back (u)",
        word="context",
    )


def preflight(step_id: str = "preflight") -> Step:
    """Tools, rights and files."""
    return Step(
        step_id,
        "Tools, rights, files",
        why="What would stop the next steps half-way is found now, while nothing has changed.",
        proof=nothing_in_the_way,
        looks_at="the tools on PATH, rights on the cluster, and the files of the repository",
        do="nothing: this step only looks",
        skip="when you know that a finding does not matter here",
    )


def keys_for_flux(settings: Settings) -> Iterator[Step]:
    """What Flux decrypts and pulls with; by the operator, what that needs too."""
    return keys_before(settings, "flux", *(entry.component for entry in settings.flux_entries))


def keys_before(settings: Settings, user: str, *others: str) -> Iterator[Step]:
    """The step of the Secrets that have to be there before a component, or Flux; none where none is listed."""
    keys = tuple(key for key in settings.keys if key.before in (user, *others))
    if keys:
        yield Step(
            f"{KEYS}{user}",
            f"Keys for {user}",
            why=f"{user} can't start without them, and only you have them: they are in no repository as they are.",
            proof=keys_are_there(keys),
            looks_at="that " + ", ".join(key.secret for key in keys) + " are there, never what is in them",
            do="put them there from their source, in another terminal",
            shell=lambda _settings, context: "\n".join(_key_commands(keys, context)),
            undo="kubectl delete secret",
        )


def _key_commands(keys: Sequence[KeySource], context: str) -> Iterator[str]:
    """The namespaces first: on a cluster that was built anew there are none, and a file may hold the Secret alone."""
    apply = shlex.join(("kubectl", "--context", context, "apply", "-f", "-"))
    for space in dict.fromkeys(key.secret.partition("/")[0] for key in keys):
        make = ("kubectl", "create", "namespace", space, "--dry-run=client", "-o", "yaml")
        yield f"{shlex.join(make)} | {apply}"
    yield from (key_command(key, context) for key in keys)


def key_command(key: KeySource, context: str) -> str:
    """How a Secret is put there from its source."""
    apply = shlex.join(("kubectl", "--context", context, "apply", "-f"))
    if key.command:
        return f"{key.command} | {apply} -"
    file = shlex.quote(key.file)
    encrypted = ".sops." in key.file or key.file.endswith((".enc.yaml", ".enc.yml"))
    return f"sops --decrypt {file} | {apply} -" if encrypted else f"{apply} {file}"


def _who_is_there(_settings: Settings, context: str) -> str:
    call = ("kubectl", "--context", context)
    uid = ("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
    return "\n".join((shlex.join((*call, "cluster-info")), shlex.join((*call, *uid))))


def foundation_step(entry: FoundationEntry) -> Step:
    """One component of the foundation: planned, applied, and usable by its own rules."""
    name = entry.component
    return Step(
        f"{FOUNDATION}{name}",
        name,
        why=_WHY.get(name, "GitOps builds on it, so it is there before Flux, and comes back without Flux."),
        proof=is_usable(name),
        doing=Doing.COMMAND,
        command=c.APPLY,
        target=Target(component=name),
        do=f"plan and apply {entry.helmfile}, then wait until {name} is usable",
        shell=lambda _settings, context: helmfile_calls(entry, context, "list", "sync"),
        undo="none for a first install; else as the dialog says, which knows what is installed",
        usually="1–3 min",
        milestone="storage" if name == LONGHORN.name else "",
    )


def services_step() -> Step:
    """What Flux applies."""
    return Step(
        "services",
        "Services",
        why="Flux applies them in the order of their dependencies; what waits for another names its root cause.",
        proof=services_are_ready,
        looks_at="the Ready condition of each Kustomization and HelmRelease",
        do="nothing: this step only looks",
        shell=lambda _settings, context: shlex.join(("flux", "--context", context, "get", "all", "-A")),
        usually="5–10 min",
        skip="when you will see to the rest yourself",
        milestone="services",
    )


_ANEW = ": one that was built anew has a new one, and then only the address tells"
_WHY = {
    "longhorn": "Helm says deployed before there is storage: Longhorn's manager makes the StorageClass afterwards.",
    "minio": "Backups and applications store objects in it; it stands on claims, so storage comes first.",
}
