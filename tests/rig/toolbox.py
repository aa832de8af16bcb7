"""The environment in which a rig's tools run: only its own binaries' folder in front, and homes of its own."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from tests.rig.build import kept, tool

TOOLS = ("kubectl", "helm", "helmfile", "flux")

_FOREIGN = ("KUBE", "HELM", "FLUX_", "GIT_", "GITHUB_", "GITLAB_", "GITEA_", "BITBUCKET_")
"""Variables of the person who runs the rig that would change what the tools do."""


def tool_environ(folder: Path, kubeconfig: Path) -> dict[str, str]:
    """The variables for tools that work on one rig; builds the tools when they are not there yet.

    Raises:
        BuildError: a tool can't be built.
    """
    bin_folder, home = folder / "bin", folder / "home"
    bin_folder.mkdir(exist_ok=True)
    for name in TOOLS:
        _link(bin_folder / name, tool(name))
    environ = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    environ |= {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "KUBECONFIG": str(kubeconfig),
        "HOME": str(home),
        "HELM_DATA_HOME": str(home / "helm" / "data"),
        "HELM_CACHE_HOME": str(home / "helm" / "cache"),
        "HELM_CONFIG_HOME": str(home / "helm" / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "HELMFILE_UPGRADE_NOTICE_DISABLED": "true",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    plugin = home / "helm" / "data" / "plugins" / "diff"
    (plugin / "bin").mkdir(parents=True, exist_ok=True)
    _link(plugin / "bin" / "diff", tool("helm-diff"))
    _link(plugin / "plugin.yaml", kept("helmdiff", "plugin.yaml"))
    return environ


def _link(path: Path, target: Path) -> None:
    with contextlib.suppress(FileExistsError):
        path.symlink_to(target)
