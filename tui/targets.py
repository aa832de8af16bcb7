"""What commands would act on, from what a person looks at: a component, or a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runners.layers.commands import COMMANDS, Command, Scope, Situation, Target
from runners.layers.flux_roots import APPLIERS
from runners.layers.flux_words import KINDS
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.releases import Revision
from runners.layers.picture import ComponentState, Layer

Targets = Mapping[Scope, Target]


def component_targets(state: ComponentState, flux_rows: Iterable[Row]) -> Targets:
    """A component of the foundation itself; of GitOps the layer, and the Flux object that applies the component."""
    if state.layer is Layer.FOUNDATION:
        return {Scope.FOUNDATION: Target(component=state.name)}
    mine = (row for row in flux_rows if isinstance(row, FluxObject) and row.name == state.name)
    applier = next((row for row in mine if row.singular in APPLIERS), None)
    return {Scope.GITOPS: Target(), **row_targets(applier)}


def row_targets(row: Row | None) -> Targets:
    """A Flux object that flux can act on, or a Helm release; nothing else in a table is changed from here."""
    if isinstance(row, Revision):
        return {Scope.RELEASE: Target(kind="release", namespace=row.namespace, name=row.release)}
    if not isinstance(row, FluxObject) or row.singular not in KINDS:
        return {}
    target = Target(kind=row.singular, namespace=row.namespace, name=row.name, suspended=row.suspended)
    return {Scope.FLUX_ROW: target}


def named(name: str) -> Command:
    """A command by its name."""
    return next(found for found in COMMANDS if found.name == name)


def meant(command: Command, situation: Situation) -> Command:
    """What a command's key does to a target: probes share one, and a component has one probe at most."""
    sharing = (each for each in COMMANDS if each.key == command.key and each.probe in situation.prospects)
    return next(sharing, command)
