"""What .gitignore keeps out of Git; the answers are those of git itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from runners.layers.discovery.ignored import ignored_by

COMPONENTS = "clusters/home/flux-system/gotk-components.yaml"
CASES = [
    ({".gitignore": "*.log\n"}, ""),
    ({".gitignore": "# gotk-*.yaml\n\n*.log\ngotk-*.yaml\n"}, ".gitignore:4 gotk-*.yaml"),
    ({".gitignore": "gotk-*\n!gotk-components.yaml\n"}, ""),
    ({".gitignore": "flux-system/\n!gotk-components.yaml\n"}, ".gitignore:1 flux-system/"),
    ({".gitignore": "/flux-system/\n"}, ""),
    ({".gitignore": "/clusters/*/flux-system\n"}, ".gitignore:1 /clusters/*/flux-system"),
    ({".gitignore": "clusters/*/gotk-components.yaml\n"}, ""),
    ({".gitignore": "clusters/**/gotk-components.yaml\n"}, ".gitignore:1 clusters/**/gotk-components.yaml"),
    ({".gitignore": "clusters/**\n"}, ".gitignore:1 clusters/**"),
    ({".gitignore": "gotk-components.yaml/\n"}, ""),
    ({".gitignore": "gotk-component?.y[ab]ml\n"}, ".gitignore:1 gotk-component?.y[ab]ml"),
    ({".gitignore": "gotk-[z-a]omponents.yaml\n"}, ""),
    ({".gitignore": "gotk-[a-d]omponents.yaml\n"}, ".gitignore:1 gotk-[a-d]omponents.yaml"),
    ({".gitignore": "gotk-component[[\\s].yaml\n"}, ".gitignore:1 gotk-component[[\\s].yaml"),
    ({".gitignore": "gotk-component[!a\\-z].yaml\n"}, ".gitignore:1 gotk-component[!a\\-z].yaml"),
    ({".gitignore": "gotk-component[^s].yaml\n"}, ""),
    ({".gitignore": "*.yaml\n", "clusters/.gitignore": "!*.yaml\n"}, ""),
    ({"clusters/home/.gitignore": "gotk-*\n"}, "clusters/home/.gitignore:1 gotk-*"),
    ({"clusters/other/.gitignore": "*\n"}, ""),
]


@pytest.mark.parametrize(("files", "says"), CASES)
def test_the_line_is_named(files: dict[str, str], says: str) -> None:
    found = ignored_by(files, COMPONENTS)
    assert (f"{found.place} {found.text}" if found else "") == says


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here to be compared with")
def test_git_says_the_same(tmp_path: Path) -> None:
    for at, (files, says) in enumerate(CASES):
        folder = tmp_path / str(at)
        for path, words in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(words)
        (folder / COMPONENTS).parent.mkdir(parents=True, exist_ok=True)
        call = ["git", "-c", "core.excludesFile=/dev/null"]
        subprocess.run([*call, "init", "-q"], cwd=folder, check=True)
        done = subprocess.run([*call, "check-ignore", "-q", COMPONENTS], cwd=folder, check=False)
        assert (done.returncode == 0) is bool(says), files
