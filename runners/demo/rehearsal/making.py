"""Makes the setting of a rehearsal from what was read of a person's repository and their survival sheet; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runners.demo.rehearsal.gitops import gitops_texts
from runners.demo.rehearsal.helmfiles import helmfile_texts
from runners.demo.rehearsal.setting import Setting
from runners.demo.rehearsal.vault import backups, systems
from runners.demo.rehearsal.workloads import Manifest
from runners.demo.tools.flux_objects import CONTROLLERS
from runners.layers.bootstrap_commits import committed_files, committed_paths
from runners.layers.components.flux_operator import INSTANCE, OPERATOR
from runners.layers.discovery import Discovery, Release
from runners.layers.discovery.documents import Files
from runners.layers.gitops_settings import TOKEN_VARIABLES, BootstrapSettings
from runners.layers.settings import FoundationEntry, KeySource, Settings
from runners.layers.survival.sheet import Sheet
from runners.layers.survival.sheet_text import sheet_text

SHEET = "survival.yaml"
"""Where the survival sheet lies in the rehearsal's repository: the person's own is never written."""
_CONTEXT = "rehearsal"
_NODES = ("node-1", "node-2", "node-3")
_URL = "https://git.example.com/you/homelab.git"
_BOOTSTRAPPED = "# Stands for what an earlier flux bootstrap has committed here.\n"
_PLACEHOLDER = "# Stands for a key that is there; what is in it was not read.\n"


@dataclass(frozen=True)
class Material:
    """What a rehearsal is made from."""

    settings: Settings
    found: Discovery
    """The repository, seen with those settings."""
    asked: Mapping[str, Sequence[Release]]
    """Helmfile of the foundation → the releases that it asks for."""
    sheet: Sheet | None
    sources: Collection[str] = ()
    """``namespace/name`` of each key whose source is there."""
    context: str = ""
    """What the person's own cluster is called; empty where nothing says it."""


def make_setting(material: Material) -> Setting:
    """Everything that is on the stage."""
    settings, sheet, files = material.settings, material.sheet, material.found.looked.files
    helmfiles = helmfile_texts(files, settings.foundation, material.asked, sheet, _instance(material))
    spaces = {space for entry in settings.foundation for space in entry.namespaces}
    objects = tuple(one for reached in material.found.reached for one in reached.objects)
    gitops = gitops_texts(files, objects, _root(settings), sheet.claims if sheet else (), spaces)
    keys = [key for key in settings.keys if key.secret in material.sources]
    sheets = {SHEET: sheet_text(sheet)} if sheet is not None else {}
    in_files = [_placed(key.file) for key in keys if key.file]
    return Setting(
        context=material.context or _CONTEXT,
        nodes=(sheet.nodes if sheet is not None else ()) or _NODES,
        remote=_remote(material),
        files={
            **_committed(files, bootstrap_of(material)),
            **helmfiles.files,
            **gitops,
            **sheets,
            **{path: _PLACEHOLDER for path in in_files if not path.startswith("~/")},
        },
        charts=helmfiles.charts,
        at_home={path[2:]: _PLACEHOLDER for path in in_files if path.startswith("~/")},
        programs=tuple(dict.fromkeys(key.command.split()[0] for key in keys if key.command.split())),
        secrets=tuple(key.secret for key in keys),
        backups=backups(sheet),
        systems=systems(sheet),
        bucket=next((entry.s3.bucket for entry in settings.foundation if entry.s3 is not None), ""),
    )


def _committed(files: Files, said: BootstrapSettings) -> Mapping[str, str]:
    """What stands for each file of an earlier bootstrap: it is there, and the play's bootstrap writes it anew."""
    if said.is_operator:
        return {}
    version = committed_files(files, "", said).version
    known = f"# Flux Version: {version}\n" if version else ""
    return {path: f"{known}{_BOOTSTRAPPED}" for path in committed_paths(said) if path in files}


def _root(settings: Settings) -> str:
    said = settings.gitops_path
    return (said if said is not None else settings.bootstrap.path if settings.bootstrap else "").strip("./")


def _instance(material: Material) -> Manifest:
    """What a FluxInstance follows in the play: the same folder of the same branch, whatever kind of source it was."""
    said = bootstrap_of(material)
    components = ["source-controller", "kustomize-controller", "helm-controller"]
    sync = {"kind": "GitRepository", "url": _url(material), "ref": f"refs/heads/{said.branch}", "path": said.path}
    return {"instance": {"components": components, "sync": sync}}


def _url(material: Material) -> str:
    noted = material.sheet.gitops.url if material.sheet is not None else ""
    return noted if noted.startswith("http") else _URL


def _remote(material: Material) -> str:
    said = bootstrap_of(material)
    url = _url(material) if said.is_operator else said.url
    name = said.repository or url.rstrip("/").rpartition("/")[2].rpartition(":")[2].removesuffix(".git")
    return name.strip(".") or "homelab"


def bootstrap_of(material: Material) -> BootstrapSettings:
    """How Flux is bootstrapped there: as bedplate.yaml says, or else from the Git that the sheet names.

    What is installed by hand, or played by nobody, is played by ``git``: the step is the same.
    """
    said, sheet = material.settings.bootstrap, material.sheet
    if said is not None and _is_played(said, material.settings):
        return said
    noted = sheet.gitops if sheet is not None else None
    path = material.settings.gitops_path or (noted.path if noted else "")
    branch = (noted.branch if noted else "") or "main"
    made = BootstrapSettings("git", url=_url(material), path=path, branch=branch, token_auth=True)
    return replace(made, path=said.path or path, branch=said.branch) if said is not None else made


def _is_played(said: BootstrapSettings, settings: Settings) -> bool:
    if said.is_operator:
        return {OPERATOR, INSTANCE} <= {entry.component for entry in settings.flux_entries}
    return (
        said.provider in TOKEN_VARIABLES and said.provider != "bitbucket-server" and bool(said.url or said.repository)
    )


def rehearsed_settings(material: Material, s3: str) -> Settings:
    """The person's settings as they hold in the rehearsal.

    Nothing in them leads out of it: S3 is the play's own, the sheet lies in the play's folder, and no file that a
    command line could read is the person's.

    Args:
        material: what the rehearsal is made from.
        s3: URL of the play's S3 server.
    """
    settings = material.settings
    said = bootstrap_of(material)
    said = replace(
        said,
        components=tuple(name for name in said.components if name in CONTROLLERS),
        components_extra=tuple(name for name in said.components_extra if name in CONTROLLERS),
        extra=(),
        private_key_file="",
        ca_file="",
        token_env="",
    )
    return replace(
        settings,
        context="",
        foundation=tuple(_entry(entry, s3) for entry in settings.foundation),
        bootstrap=said,
        gitops_path=_root(settings) if settings.gitops_path is not None else said.path,
        keys=tuple(_keys(settings.keys)),
        survival_file=SHEET,
    )


def _entry(entry: FoundationEntry, s3: str) -> FoundationEntry:
    if entry.s3 is None:
        return entry
    return replace(entry, s3=replace(entry.s3, endpoint=s3, credentials="", region="us-east-1"))


def _keys(keys: Sequence[KeySource]) -> Iterator[KeySource]:
    """A file outside of the repository and of the home folder stands in the repository: the person's is left alone."""
    for key in keys:
        yield replace(key, file=_placed(key.file))


def _placed(file: str) -> str:
    return f"keys{file}" if file.startswith("/") else file
