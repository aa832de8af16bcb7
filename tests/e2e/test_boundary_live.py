"""The boundary and the gates on a real cluster: what Flux takes over is loud at once, and a bootstrap waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.person import Person, unwrapped
from tests.e2e.place import Place
from tests.rig.flux import COMPONENTS
from tests.rig.git_server import GitServer
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

KINDS = {"helm.toolkit.fluxcd.io/v2": "helmreleases", "kustomize.toolkit.fluxcd.io/v1": "kustomizations"}


@pytest.fixture
def flux(place: Place) -> Iterator[Place]:
    """A cluster that serves Flux's kinds, where nobody reconciles them; they are gone afterwards."""
    rig = place.rig
    export = rig.run("flux", "install", "--export", f"--components={COMPONENTS}").stdout
    names = [f"{plural}.{group.partition('/')[0]}" for group, plural in KINDS.items()]
    rig.apply(*(item for item in yaml.safe_load_all(export) if item and item["metadata"]["name"] in names))
    paths = [f"/apis/{group}/{plural}" for group, plural in KINDS.items()]
    until("Flux's kinds are served", lambda: all(map(rig.serves, paths)))
    namespaces = [f for f in ("flux-system", place.namespace) if rig.run("kubectl", "get", "ns", f).returncode]
    for namespace in namespaces:
        rig.kubectl("create", "namespace", namespace)
    yield place
    for name in names:
        rig.kubectl("delete", "crd", name)


def helm_release(place: Place) -> dict[str, object]:
    spec = {"interval": "1h", "releaseName": "web", "targetNamespace": place.namespace}
    chart = {"spec": {"chart": "web", "sourceRef": {"kind": "HelmRepository", "name": "charts"}}}
    metadata = {"name": "apps-web", "namespace": "flux-system"}
    api = "helm.toolkit.fluxcd.io/v2"
    return {"apiVersion": api, "kind": "HelmRelease", "metadata": metadata, "spec": {**spec, "chart": chart}}


def test_a_release_that_flux_would_take_over(flux: Place) -> None:
    flux.sync()
    with flux.open() as terminal:
        person = Person(terminal, flux.rig)
        person.sees("● live")
        person.sees("gate to GitOps: open    boundary: clean")
        flux.rig.apply(helm_release(flux))
        person.sees("boundary: crossed 1×", seconds=30)
        terminal.press(":")
        terminal.press("boundary", "enter")
        text = unwrapped(person.sees("boundary between the layers"))
        assert "HelmRelease flux-system/apps-web: makes the release" in text
        assert "Flux takes it over, and uninstalls it with all its data" in text
        assert "suspend it (s) before anything else" in text
        flux.rig.kubectl("delete", "helmrelease", "-n", "flux-system", "apps-web")
        person.sees("boundary: clean", seconds=30)
        terminal.press("esc")
        person.sees("gate to GitOps: open    boundary: clean")


def test_a_bootstrap_of_another_path_or_without_its_keys_pushes_nothing(flux: Place, tmp_path: Path) -> None:
    flux.sync()
    with GitServer(tmp_path / "git") as server:
        gitops = {"bootstrap": "git", "url": server.url, "username": server.user, "allow_insecure_http": True}
        settings = yaml.safe_load((flux.repository / "bedplate.yaml").read_text())
        key = {"secret": "flux-system/sops-age", "from": {"command": "age-plugin"}, "before": "flux"}
        settings |= {"gitops": {**gitops, "path": "clusters/rig", "token_auth": True}, "keys": [key]}
        flux.write("bedplate.yaml", yaml.safe_dump(settings))
        flux.commit("Say where Git is")
        before = server.push(flux.repository)
        spec = {"interval": "1h", "path": "./clusters/other", "prune": True}
        source = {"sourceRef": {"kind": "GitRepository", "name": "flux-system"}}
        metadata = {"name": "flux-system", "namespace": "flux-system"}
        api = "kustomize.toolkit.fluxcd.io/v1"
        flux.rig.apply({"apiVersion": api, "kind": "Kustomization", "metadata": metadata, "spec": {**spec, **source}})
        with flux.open(GIT_PASSWORD=server.password) as terminal:
            person = Person(terminal, flux.rig)
            person.sees("● live")
            terminal.press("tab")
            person.sees("b bootstrap")
            terminal.press("b")
            person.is_refused("Bootstrap", "syncs clusters/other", "Secret flux-system/sops-age: is not there")
            person.cancels("Bootstrap")
            flux.rig.kubectl("create", "secret", "generic", "sops-age", "-n", "flux-system")
            flux.rig.kubectl("delete", "kustomization", "-n", "flux-system", "flux-system")
            terminal.press("b")
            assert "gate open" in unwrapped(person.is_asked("Bootstrap"))
            person.cancels("Bootstrap")
        flux.rig.kubectl("delete", "secret", "-n", "flux-system", "sops-age")
        assert server.head() == before
