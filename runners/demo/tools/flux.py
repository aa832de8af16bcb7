"""Plays flux: versions, checks, bootstrap; Flux's objects suspended, resumed and reconciled."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from runners.demo.actors.api import Requests
from runners.demo.actors.resources import DEPLOYMENTS
from runners.demo.tools.client import connect
from runners.demo.tools.edge import Failed, out, say
from runners.demo.tools.flags import Grammar, Line, Unknown
from runners.demo.tools.flux_bootstrap import Bootstrap
from runners.demo.tools.flux_check import check
from runners.demo.tools.flux_objects import CONTROLLERS, NAMESPACE, PART_OF, VERSION, Sync
from runners.demo.tools.flux_state import FluxError
from runners.demo.tools.flux_verbs import VERBS
from runners.demo.tools.flux_views import get_all, tree
from runners.demo.tools.pace import Pace
from runners.demo.tools.remote import NoRepository, Remote, remote_at
from runners.layers.durations import seconds
from runners.layers.jsons import mapping, sequence, text

GRAMMAR = Grammar(
    valued=(
        *("context", "namespace", "output", "timeout", "branch", "path", "url", "username", "components", "interval"),
        *("components-extra", "secret-name", "owner", "repository", "hostname", "team", "group", "visibility"),
        *("private-key-file", "cluster-domain", "registry", "image-pull-secret", "toleration-keys", "ca-file"),
        *("version",),
    ),
    switches=(
        *("client", "pre", "token-auth", "allow-insecure-http", "silent", "personal", "private", "read-write-key"),
        *("network-policy", "with-source", "all-namespaces"),
    ),
    short={"n": "namespace", "o": "output", "A": "all-namespaces", "s": "silent"},
)
_TOKENS: Mapping[str, tuple[str, str]] = {
    "git": ("GIT_PASSWORD", "Please enter your Git repository password: "),
    "github": ("GITHUB_TOKEN", "Please enter your GitHub personal access token (PAT): "),
    "gitlab": ("GITLAB_TOKEN", "Please enter your GitLab personal access token (PAT): "),
    "gitea": ("GITEA_TOKEN", "Please enter your Gitea personal access token (PAT): "),
}
_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "gitea": "gitea.com"}


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns the exit code."""
    line = GRAMMAR.read(argv)
    if not line.words:
        raise Unknown("an empty command line")
    name, *words = line.words
    try:
        if name in VERBS:
            VERBS[name](connect(line.value("context")), words, line)
        elif name in _COMMANDS:
            _COMMANDS[name](line, words)
        else:
            raise Unknown(" ".join(line.words))
    except FluxError as error:
        raise Failed(f"✗ {error}") from None
    return 0


def _version(line: Line, words: Sequence[str]) -> None:
    facts = {"flux": VERSION}
    if not line.on("client"):
        controllers = _controllers(connect(line.value("context")))
        facts = {"distribution": f"flux-{VERSION}", **facts, **controllers}
    if line.value("output") == "json":
        out(json.dumps(facts, indent=2))
    else:
        out(*(f"{name}: {version}" for name, version in facts.items()))


def _controllers(requests: Requests) -> dict[str, str]:
    answer = requests.request("GET", DEPLOYMENTS.path(NAMESPACE), query={"labelSelector": f"{PART_OF}=flux"})
    found = {}
    for item in map(mapping, sequence(answer, "items")):
        containers = sequence(item, "spec", "template", "spec", "containers")
        image = text(containers[0], "image") if containers else ""
        found[text(item, "metadata", "name")] = image.rpartition(":")[2]
    if not found:
        raise FluxError(f"no deployments found in {NAMESPACE!r} namespace")
    return dict(sorted(found.items()))


def _check(line: Line, words: Sequence[str]) -> None:
    check(connect(line.value("context")), pre=line.on("pre"))


def _bootstrap(line: Line, words: Sequence[str]) -> None:
    provider = words[0] if len(words) == 1 else ""
    if provider not in _TOKENS:
        raise Unknown(f"bootstrap {' '.join(words)}".rstrip())
    requests = connect(line.value("context"))
    url = line.value("url") if provider == "git" else _url(provider, line)
    if not url:
        raise FluxError('required flag(s) "url" not set')
    password = _token(provider, line, url)
    if provider != "git":
        say(f"► connecting to {line.value('hostname', _HOSTS[provider])}")
    sync = Sync(url, line.value("branch", "main"), line.value("path"), interval=line.value("interval", "1m0s"))
    sync = replace(sync, secret=line.value("secret-name", sync.secret), components=_chosen(line))
    Bootstrap(
        requests,
        _remote(sync),
        sync,
        username=line.value("username", "git"),
        password=password,
        timeout=seconds(line.value("timeout", "5m")),
        say=say,
        pause=Pace().pause,
    ).run()


def _url(provider: str, line: Line) -> str:
    owner, repository = line.value("owner"), line.value("repository")
    if not owner or not repository:
        raise FluxError('required flag(s) "owner", "repository" not set')
    return f"https://{line.value('hostname', _HOSTS[provider])}/{owner}/{repository}.git"


def _token(provider: str, line: Line, url: str) -> str:
    """The token from the environment; without one flux asks for it, and nobody answers a process without a terminal."""
    variable, question = _TOKENS[provider]
    token = os.environ.get(variable, "")
    if not token and (provider != "git" or line.on("token-auth")):
        print(question, end="", flush=True)
        raise FluxError("could not read token: inappropriate ioctl for device")
    if not token and url.startswith("http"):
        raise FluxError(f"failed to clone repository: unable to clone '{url}': authentication required")
    return token


def _chosen(line: Line) -> tuple[str, ...]:
    chosen = line.value("components", ",".join(CONTROLLERS)).split(",")
    chosen += [name for name in line.value("components-extra").split(",") if name]
    unknown = [name for name in chosen if name not in CONTROLLERS]
    if unknown:
        raise Unknown(f"the component {unknown[0]}")
    return tuple(name for name in CONTROLLERS if name in chosen)


def _remote(sync: Sync) -> Remote:
    """The repository at an address; where there is none, flux tries twice and gives up."""
    try:
        return remote_at(sync.url)
    except NoRepository:
        host = sync.url.partition("://")[2].partition("/")[0].partition(":")[0]
        why = f"unable to clone '{sync.url}': Get \"{sync.url}/info/refs?service=git-upload-pack\": "
        why += f"dial tcp: lookup {host}: no such host"
        say(f'► cloning branch "{sync.branch}" from Git repository "{sync.url}"', *2 * [f"⚠️  clone failure: {why}"])
        raise FluxError(f"failed to clone repository: {why}") from None


_COMMANDS: Mapping[str, Callable[[Line, Sequence[str]], None]] = {
    "version": _version,
    "check": _check,
    "bootstrap": _bootstrap,
    "get": lambda line, words: get_all(connect(line.value("context")), words, line),
    "tree": lambda line, words: tree(connect(line.value("context")), words, line),
}
