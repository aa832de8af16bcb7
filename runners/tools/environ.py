"""The environment of every tool: the person's own, less what would lead a tool to another cluster than the pinned."""

from __future__ import annotations

from collections.abc import Mapping

_REDIRECTS = (
    "KUBECONFIG",
    "HELM_KUBEAPISERVER",
    "HELM_KUBEASGROUPS",
    "HELM_KUBEASUSER",
    "HELM_KUBECAFILE",
    "HELM_KUBECONTEXT",
    "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
    "HELM_KUBETLS_SERVER_NAME",
    "HELM_KUBETOKEN",
    "HELM_NAMESPACE",
    "HELMFILE_KUBE_CONTEXT",
    "HELMFILE_NAMESPACE",
    "HELMFILE_ENVIRONMENT",
    "HELMFILE_FILE_PATH",
    "HELMFILE_INTERACTIVE",
    "HELM_DIFF_THREE_WAY_MERGE",
    "HELM_DIFF_USE_UPGRADE_DRY_RUN",
)

_TOKENS = ("GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN", "BITBUCKET_TOKEN", "GIT_PASSWORD")


def tool_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """What a tool inherits. Git's tokens are left out; the one run that needs one is given it by name."""
    kept = {name: value for name, value in environ.items() if name not in _REDIRECTS and name not in _TOKENS}
    # helmfile asks the network for its newest release otherwise, and ends 3 where there is none.
    return kept | {"HELMFILE_UPGRADE_NOTICE_DISABLED": "true", "NO_COLOR": "1"}
