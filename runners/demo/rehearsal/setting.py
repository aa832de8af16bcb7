"""What a rehearsal begins with, as plain data: it goes from the program that reads a person's files to the play.

Nothing of a person's own is in it but texts of their repository that were read to be translated, and names, sizes and
dates of their survival sheet. No key is: a placeholder says only that one is there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from runners.layers.jsons import Json, mapping, strings, text

FILE = "setting.json"
"""Its name in the folder of the play."""


@dataclass(frozen=True)
class Setting:
    """Everything that is on the stage when the curtain goes up."""

    context: str
    """The kubeconfig's context, called as the real one is, so that what has to be typed is typed."""
    nodes: tuple[str, ...]
    remote: str
    """Name of the Git repository, the last part of its URL."""
    files: Mapping[str, str]
    """The repository, translated: path → text."""
    charts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Folder in the repository → which of the demo's charts stands in there, and the version that it shows."""
    at_home: Mapping[str, str] = field(default_factory=dict)
    """Files in the home folder: path → text."""
    programs: tuple[str, ...] = ()
    """Names on PATH of programs that make keys: what stands in for them does nothing."""
    secrets: tuple[str, ...] = ()
    """``namespace/name`` of the Secrets that are there from the beginning, with nothing in them."""
    backups: Json = field(default_factory=dict)
    """What lies on the backup target: status of each backup of a volume by name."""
    systems: Json = field(default_factory=dict)
    """The same of each system backup, with the objects that are in it."""
    bucket: str = ""
    """The bucket that S3 has; empty where bedplate.yaml names none."""

    def written(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))


def read_setting(written: str) -> Setting:
    """The setting that a text of ``written`` is."""
    found = mapping(json.loads(written))
    charts = mapping(found, "charts")
    pairs = {folder: strings(charts, folder) for folder in charts}
    return Setting(
        context=text(found, "context"),
        nodes=strings(found, "nodes"),
        remote=text(found, "remote"),
        files=_texts(found, "files"),
        charts={folder: (pair[0], pair[1]) for folder, pair in pairs.items()},
        at_home=_texts(found, "at_home"),
        programs=strings(found, "programs"),
        secrets=strings(found, "secrets"),
        backups=mapping(found, "backups"),
        systems=mapping(found, "systems"),
        bucket=text(found, "bucket"),
    )


def _texts(found: Json, name: str) -> Mapping[str, str]:
    return {path: words for path, words in mapping(found, name).items() if isinstance(words, str)}
