"""What a person has told Bedplate about their repository, or what was found without being told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from runners.layers.findings import Finding
from runners.layers.gitops_settings import BootstrapSettings

_FLUX_CHARTS = frozenset({"flux-operator", "flux-instance"})


class Ownership(Enum):
    """Who looks after a release once it is there."""

    FOUNDATION = "foundation"
    """A person with helmfile, always."""
    HANDOVER = "handover"
    """Helmfile puts it there first, and Flux adopts it by a HelmRelease of the same release."""
    GITOPS = "gitops"
    """Flux alone."""


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Where a component's S3 is put to the test; never a credential, only where one is."""

    bucket: str
    """It has to be there: none is made unasked."""
    endpoint: str = ""
    """A URL; empty for the Service that the component offers."""
    credentials: str = ""
    """``namespace/name`` of a Secret; empty for AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment."""
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class ClaimSettings:
    """How a component's storage is put to the test."""

    storage_class: str = ""
    """Empty for the default one of those that it is known to serve."""
    image: str = ""
    """Of the pods, with a shell; empty for one that lies on the nodes."""


@dataclass(frozen=True, slots=True)
class FoundationEntry:
    """One component of the foundation."""

    component: str
    helmfile: str
    """Path relative to the repository."""
    namespaces: tuple[str, ...]
    environment: str = "default"
    after: tuple[str, ...] = ()
    """Components that have to be healthy before this one is applied."""
    releases: tuple[str, ...] = ()
    """``namespace/name`` of the helmfile's releases that are this component's; empty where all are."""
    ownership: Ownership = Ownership.FOUNDATION
    s3: S3Settings | None = None
    """Where its S3 is probed; None where nobody has said."""
    claim: ClaimSettings | None = None
    """How its claims are probed; None where nobody has said."""

    @property
    def release_names(self) -> frozenset[str]:
        """The names of the releases that are its own alone."""
        return frozenset(release.rpartition("/")[2] for release in self.releases)


@dataclass(frozen=True, slots=True)
class KeySource:
    """A Secret that has to be there first; only where it comes from, never what it is."""

    secret: str
    """``namespace/name``."""
    file: str
    command: str
    before: str
    """The component, or ``flux``, that needs it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """bedplate.yaml, or what stands for it."""

    origin: str
    """``bedplate.yaml``, or what it was found from, for the screen to say."""
    context: str = ""
    """The only context that may be used; empty when any may."""
    foundation: tuple[FoundationEntry, ...] = ()
    bootstrap: BootstrapSettings | None = None
    gitops_path: str | None = None
    """The folder where Flux begins, also where no bootstrap is set; empty is the repository's root, None unknown."""
    gitops_components: tuple[str, ...] = ()
    keys: tuple[KeySource, ...] = ()
    survival_file: str = ""
    notices: tuple[Finding, ...] = ()
    """What a person should know about the settings themselves."""

    @property
    def flux_entries(self) -> tuple[FoundationEntry, ...]:
        """Those that put Flux itself there, where the Flux Operator does that; they come after all others."""
        if self.bootstrap is None or not self.bootstrap.is_operator:
            return ()
        return tuple(entry for entry in self.foundation if _FLUX_CHARTS & {entry.component, *entry.release_names})

    @property
    def before_flux(self) -> tuple[FoundationEntry, ...]:
        """What GitOps builds on."""
        last = self.flux_entries
        return tuple(entry for entry in self.foundation if entry not in last)

    def entry(self, component: str) -> FoundationEntry | None:
        """One foundation component by name."""
        return next((entry for entry in self.foundation if entry.component == component), None)
