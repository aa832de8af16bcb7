"""The stand-in for flux says and does what the real one does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import yaml

from runners.demo.homelab import CLUSTER, CONTEXT, URL
from runners.demo.tools import remote
from runners.demo.tools.flux_bootstrap import bootstrap
from runners.demo.tools.flux_objects import Sync
from runners.demo.tools.remote import Remote
from runners.layers.gitops_settings import BootstrapSettings
from runners.tools.bootstrap import bootstrap_argv
from tests.demo.tools.flux_players import KUSTOMIZATIONS, FluxPlayers, deployments
from tests.demo.tools.place import Place

COMPONENTS = ("source-controller", "kustomize-controller", "helm-controller")
SETTINGS = BootstrapSettings("git", url=URL, path=CLUSTER, username="you", token_auth=True, components=COMPONENTS)
BOOTSTRAP = " ".join(bootstrap_argv(SETTINGS, CONTEXT))
TOKEN = {"GIT_PASSWORD": "s3cret"}


@pytest.fixture
def players(place: Place) -> Iterator[FluxPlayers]:
    actor = FluxPlayers(place.server.requests(), Remote(place.folder / "git" / "homelab"))
    actor.start()
    yield actor
    actor.stop()
    assert actor.trouble == ""


@pytest.fixture
def synced(place: Place, players: FluxPlayers) -> Place:
    """Flux is there, put there without a process."""
    sync = Sync(URL, "main", CLUSTER, COMPONENTS)
    bootstrap(place.server.requests(), remote.remote_at(URL, place.folder), sync, password="s3cret", timeout=20)
    return place


FIRST = """\
► cloning branch "main" from Git repository "https://git.example.com/you/homelab.git"
✔ cloned repository
► generating component manifests
✔ generated component manifests
✔ committed component manifests to "main" ("COMMIT")
► pushing component manifests to "https://git.example.com/you/homelab.git"
► installing components in "flux-system" namespace
✔ installed components
✔ reconciled components
► determining if source secret "flux-system/flux-system" exists
► generating source secret
► applying source secret "flux-system/flux-system"
✔ reconciled source secret
► generating sync manifests
✔ generated sync manifests
✔ committed sync manifests to "main" ("COMMIT")
► pushing sync manifests to "https://git.example.com/you/homelab.git"
► applying sync manifests
✔ reconciled sync configuration
◎ waiting for GitRepository "flux-system/flux-system" to be reconciled
✔ GitRepository reconciled successfully
◎ waiting for Kustomization "flux-system/flux-system" to be reconciled
✔ Kustomization reconciled successfully
► confirming components are healthy
✔ helm-controller: deployment ready
✔ kustomize-controller: deployment ready
✔ source-controller: deployment ready
✔ all components are healthy
"""
AGAIN = (
    FIRST.replace('► installing components in "flux-system" namespace\n✔ installed components\n', "")
    .replace(f'✔ committed component manifests to "main" ("COMMIT")\n► pushing component manifests to "{URL}"\n', "C\n")
    .replace(f'✔ committed sync manifests to "main" ("COMMIT")\n► pushing sync manifests to "{URL}"\n', "S\n")
    .replace("C\n", "✔ component manifests are up to date\n")
    .replace("S\n", "✔ sync manifests are up to date\n")
)


def test_bootstrap_and_again(place: Place, players: FluxPlayers) -> None:
    said = place.call(BOOTSTRAP, **TOKEN)
    assert (said.code, said.stdout, re.sub(r"[0-9a-f]{40}", "COMMIT", said.stderr)) == (0, "", FIRST)
    head = remote.head(URL, place.folder)
    files = remote.archive(URL, head, place.folder)
    folder = f"{CLUSTER}/flux-system"
    assert {
        f"{folder}/gotk-components.yaml",
        f"{folder}/gotk-sync.yaml",
        f"{folder}/kustomization.yaml",
    } <= files.keys()
    kinds = [obj["kind"] for obj in yaml.safe_load_all(files[f"{folder}/gotk-sync.yaml"])]
    assert kinds == ["GitRepository", "Kustomization"]
    assert deployments(place.server.requests(), "flux-system") == tuple(sorted(COMPONENTS))
    assert "s3cret" not in str(files) + said.stderr
    again = place.call(BOOTSTRAP, **TOKEN)
    assert (again.code, again.stderr) == (0, AGAIN)
    assert remote.head(URL, place.folder) == head
    # What bootstrap committed is not in the person's own copy yet.
    assert place.call("git status --porcelain").stdout == ""


def test_another_path_is_refused_after_a_commit(synced: Place) -> None:
    before = remote.head(URL, synced.folder)
    said = synced.call(BOOTSTRAP.replace(CLUSTER, "clusters/other"), **TOKEN)
    assert said.code == 1
    assert said.stderr.endswith(
        '✔ reconciled source secret\n✗ sync path configuration ("./clusters/other") would overwrite path '
        '("./clusters/home") of existing Kustomization\n'
    )
    assert remote.head(URL, synced.folder) != before


@pytest.mark.parametrize(
    ("line", "token", "stdout", "said"),
    [
        (BOOTSTRAP, "", "Please enter your Git repository password: ", "✗ could not read token: inappropriate ioctl"),
        (BOOTSTRAP.replace(" --token-auth", ""), "", "", "✗ failed to clone repository: unable to clone "),
        (BOOTSTRAP.replace("homelab.git", "none.git"), "x", "", '► cloning branch "main" from Git repository '),
        (BOOTSTRAP.replace(" git ", " bitbucket-server "), "x", "", "flux: this is the demo's stand-in for flux, and"),
        ("flux bootstrap gitlab", "x", "", '✗ required flag(s) "owner", "repository" not set'),
        ("flux bootstrap gitlab --owner=a --repository=b", "x", "Please enter your GitLab personal ", "✗ could not"),
        (f"{BOOTSTRAP} --components-extra=image-reflector-controller", "x", "", "flux: this is the demo's stand-in"),
    ],
)  # fmt: skip
def test_a_bootstrap_that_can_not_begin(place: Place, line: str, token: str, stdout: str, said: str) -> None:
    answer = place.call(line, GIT_PASSWORD=token, GITLAB_TOKEN="")
    assert answer.code == 1
    assert answer.stdout.startswith(stdout)
    assert answer.stderr.startswith(said)
    assert deployments(place.server.requests(), "flux-system") == ()


def test_an_unreachable_repository(place: Place) -> None:
    said = place.call(BOOTSTRAP.replace("homelab.git", "none.git"), **TOKEN).stderr.splitlines()
    why = f"unable to clone '{URL.replace('homelab', 'none')}': Get "
    assert said[1] == said[2]
    assert said[1].startswith(f"⚠️  clone failure: {why}")
    assert said[3].startswith(f"✗ failed to clone repository: {why}")


def test_a_bootstrap_by_a_provider(place: Place, players: FluxPlayers) -> None:
    line = f"flux bootstrap github --owner=you --repository=homelab --path={CLUSTER} --personal --timeout=20s"
    said = place.call(line, GITHUB_TOKEN="x")
    assert said.code == 0, said.stderr
    assert said.stderr.splitlines()[:2] == [
        "► connecting to github.com",
        '► cloning branch "main" from Git repository "https://github.com/you/homelab.git"',
    ]
    assert "notification-controller" in deployments(place.server.requests(), "flux-system")


def test_what_does_not_become_ready_in_time(place: Place) -> None:
    said = place.call(f"{BOOTSTRAP} --timeout=300ms", **TOKEN)
    assert said.code == 1
    assert said.stderr.endswith("✗ GitRepository reconciliation failed: context deadline exceeded\n")


def test_check(synced: Place) -> None:
    said = synced.call("flux --context demo check")
    lines = said.stderr.splitlines()
    assert said.code == 0
    assert lines[2:6] == [
        "► checking version in cluster",
        "✔ distribution: flux-v2.9.5",
        "✔ bootstrapped: true",
        "► checking controllers",
    ]
    assert lines[6:8] == ["✔ helm-controller: deployment ready", "► ghcr.io/fluxcd/helm-controller:v1.4.5"]
    assert lines[12:] == [
        "► checking crds",
        "✔ buckets.source.toolkit.fluxcd.io/v1",
        "✔ externalartifacts.source.toolkit.fluxcd.io/v1",
        "✔ gitrepositories.source.toolkit.fluxcd.io/v1",
        "✔ helmcharts.source.toolkit.fluxcd.io/v1",
        "✔ helmreleases.helm.toolkit.fluxcd.io/v2",
        "✔ helmrepositories.source.toolkit.fluxcd.io/v1",
        "✔ kustomizations.kustomize.toolkit.fluxcd.io/v1",
        "✔ ocirepositories.source.toolkit.fluxcd.io/v1",
        "✔ all checks passed",
    ]


def test_check_without_flux(place: Place) -> None:
    pre = place.call("flux check --pre")
    assert pre.code == 0
    assert pre.stderr.endswith("✔ prerequisites checks passed\n")
    said = place.call("flux check")
    assert said.code == 1
    assert said.stderr.endswith("✗ check failed\n")


def test_versions(synced: Place) -> None:
    assert json.loads(synced.call("flux version -o json").stdout) == {
        "distribution": "flux-v2.9.5",
        "flux": "v2.9.5",
        "helm-controller": "v1.4.5",
        "kustomize-controller": "v1.9.5",
        "source-controller": "v1.9.5",
    }
    assert json.loads(synced.call("flux version --client -o json").stdout) == {"flux": "v2.9.5"}


def test_reconcile(synced: Place) -> None:
    revision = f"main@sha1:{remote.head(URL, synced.folder)}"
    said = synced.call("flux reconcile kustomization flux-system -n flux-system --with-source")
    assert said == (
        0,
        "",
        "► annotating GitRepository flux-system in flux-system namespace\n"
        "✔ GitRepository annotated\n"
        "◎ waiting for GitRepository reconciliation\n"
        f"✔ fetched revision {revision}\n"
        "► annotating Kustomization flux-system in flux-system namespace\n"
        "✔ Kustomization annotated\n"
        "◎ waiting for Kustomization reconciliation\n"
        f"✔ applied revision {revision}\n",
    )


def test_suspend_and_resume(synced: Place) -> None:
    assert synced.call("flux suspend kustomization flux-system") == (
        0,
        "",
        "► suspending kustomization flux-system in flux-system namespace\n✔ kustomization suspended\n",
    )
    assert synced.call("flux reconcile kustomization flux-system") == (1, "", "✗ resource is suspended\n")
    said = synced.call("flux resume kustomization flux-system")
    assert said.code == 0
    assert said.stderr.splitlines()[:4] == [
        "► resuming kustomization flux-system in flux-system namespace",
        "✔ kustomization resumed",
        "◎ waiting for Kustomization reconciliation",
        "✔ Kustomization flux-system reconciliation completed",
    ]


def test_a_reconciliation_that_fails(synced: Place, players: FluxPlayers) -> None:
    players.failing = True
    said = synced.call("flux reconcile ks flux-system")
    assert said.code == 1
    assert re.search(
        r"^✗ Kustomization reconciliation failed: 'for main@sha1:[0-9a-f]{40}'$", said.stderr, re.MULTILINE
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("reconcile kustomization nope", '✗ kustomizations.kustomize.toolkit.fluxcd.io "nope" not found\n'),
        ("suspend source git nope", '✗ gitrepositories.source.toolkit.fluxcd.io "nope" not found\n'),
        ("resume hr nope", '✗ helmreleases.helm.toolkit.fluxcd.io "nope" not found\n'),
        ("reconcile receiver x", "flux: this is the demo's stand-in for flux, and it does not know receiver x\n"),
        ("check --context nope", '✗ kubernetes client initialization failed: context "nope" does not exist\n'),
        ("version -o json", "✗ no deployments found in 'flux-system' namespace\n"),
        ("get sources", "flux: this is the demo's stand-in for flux, and it does not know get sources\n"),
    ],
)
def test_what_is_not_there(place: Place, line: str, said: str) -> None:
    assert place.call(f"flux {line}") == (1, "", said)


def test_get_and_tree(synced: Place) -> None:
    short = f"main@sha1:{remote.head(URL, synced.folder)[:8]}"
    lines = synced.call("flux get all -A").stdout.splitlines()
    assert lines[0].split() == ["NAMESPACE", "NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"]
    assert lines[1] == f"flux-system\tgitrepository/flux-system\t{short}\tFalse    \tTrue \tfor {short}\t"
    assert lines[2] == ""
    assert lines[4].split("\t")[1] == "kustomization/flux-system"
    tree = json.loads(synced.call("flux tree kustomization flux-system -o json").stdout)
    assert tree["resources"] == [
        {"resource": {"Namespace": "", "Name": "flux-system", "GroupKind": {"Group": "", "Kind": "Namespace"}}}
    ]


def test_the_token_is_only_in_the_secret(synced: Place) -> None:
    secret = synced.server.requests().request("GET", "/api/v1/namespaces/flux-system/secrets/flux-system")
    assert secret["data"] == {"username": "Z2l0", "password": "czNjcmV0"}
    assert "s3cret" not in str(synced.server.requests().request("GET", KUSTOMIZATIONS.path("flux-system")))
