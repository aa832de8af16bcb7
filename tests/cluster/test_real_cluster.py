"""What only the real API server and the real kubectl can tell."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from runners.cluster import kubeconfig
from runners.cluster.access import Access
from runners.cluster.connection import Connection
from runners.cluster.errors import Forbidden
from runners.cluster.identity import resolve
from runners.cluster.listing import pages
from runners.cluster.reflector import Reflector, Timing
from runners.cluster.store import Store
from runners.cluster.watches import Watches
from runners.layers.freshness import Reach
from runners.layers.jsons import Json, strings, text
from runners.layers.kinds import CORE, CUSTOM
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.releases import RELEASES, Revision
from tests.cluster.support import THINGS, Recorder, until
from tests.rig.build import tool
from tests.rig.cluster import Rig

pytestmark = pytest.mark.rig

Connect = Callable[..., Connection]


@pytest.fixture(scope="module")
def own_rig() -> Iterator[Rig]:
    """An API server of this module's own, whose CRDs and processes it may touch."""
    with Rig("api") as rig:
        yield rig


@pytest.fixture
def to_rig(api_rig: Rig) -> Iterator[Connect]:
    """Connects to the rig, as its administrator or with another kubeconfig."""
    made: list[Connection] = []

    def connect(path: Path | None = None) -> Connection:
        made.append(Connection(kubeconfig.load(os.environ, kubeconfig=path or api_rig.kubeconfig)))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


def kubectl(access_or_list: Access | str, folder: Path, *args: str) -> str:
    """What kubectl says, run in some folder with a private kubeconfig or a KUBECONFIG list."""
    if isinstance(access_or_list, Access):
        path = folder / "private"
        path.write_text(access_or_list.private_kubeconfig())
        value = str(path)
    else:
        value = access_or_list
    environ = {**os.environ, "KUBECONFIG": value, "HOME": str(folder)}
    argv = [str(tool("kubectl")), *args]
    done = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return done.stdout


def whoami(connection: Connection) -> Json:
    """As whom the server sees a connection."""
    path, version = "/apis/authentication.k8s.io/v1/selfsubjectreviews", "authentication.k8s.io/v1"
    body = {"apiVersion": version, "kind": "SelfSubjectReview"}
    return connection.request("POST", path, body=body)


def test_the_identity_is_the_address_and_the_uid_of_kube_system(api_rig: Rig, to_rig: Connect) -> None:
    found = resolve(to_rig())
    uid = api_rig.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
    assert (found.server, found.uid, found.context) == (api_rig.server, uid, "rig")
    assert found.version == "v1.37.2"
    assert len(found.fingerprint) == 64
    nobody = resolve(to_rig(api_rig.kubeconfig_for("nobody")))
    assert (nobody.uid, nobody.fingerprint) == ("", found.fingerprint)
    assert found.differs(nobody)


def test_forbidden_says_which_verb_on_what(api_rig: Rig, to_rig: Connect) -> None:
    connection = to_rig(api_rig.kubeconfig_for("nobody"))
    with pytest.raises(Forbidden, match="may not list pods on https") as raised:
        connection.request("GET", "/api/v1/pods")
    assert str(raised.value.asked) == "list pods"
    seen = Recorder()
    seen.reflector = Reflector(connection, THINGS, seen)
    seen.reflector.start()
    seen.wait(lambda: seen.reach is Reach.FORBIDDEN)
    seen.reflector.stop()
    assert seen.reflector.join(20)
    assert seen.fresh[-1].words(0) == "forbidden: list configmaps"


MAPS = "/api/v1/namespaces/default/configmaps"
IMPERSONATION = {
    "as": "jane",
    "as-uid": "u-7",
    "as-groups": ["ops", "dev, ops"],
    "as-user-extra": {"example.com/scope": ["a", "b"]},
}


def test_screen_and_tools_are_the_same_user(api_rig: Rig, to_rig: Connect, tmp_path: Path) -> None:
    document = yaml.safe_load(api_rig.kubeconfig.read_text())
    document["users"][0]["user"].update(IMPERSONATION)
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(document))
    connection = to_rig(path)
    ours = whoami(connection)
    theirs = yaml.safe_load(kubectl(connection.access, tmp_path, "auth", "whoami", "-o", "yaml"))
    assert ours["status"] == theirs["status"]
    assert text(ours, "status", "userInfo", "username") == "jane"
    assert "dev, ops" in strings(ours, "status", "userInfo", "groups")


def test_a_private_kubeconfig_works_for_kubectl_from_another_folder(api_rig: Rig, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home / "bin", home / "pki", elsewhere):
        folder.mkdir(parents=True)
    pair = api_rig.authority.client("plugged", "system:masters")
    (home / "pki" / "ca.crt").write_bytes(api_rig.authority.pair.cert.read_bytes())
    credential = {"clientCertificateData": pair.cert.read_text(), "clientKeyData": pair.key.read_text()}
    answer = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": credential}
    (home / "bin" / "answer").write_text(json.dumps(answer))
    plugin = home / "bin" / "login"
    plugin.write_text(f"#!/bin/sh\ncat {home}/bin/answer\n")
    plugin.chmod(0o700)
    user = {"exec": {"apiVersion": answer["apiVersion"], "command": "bin/login", "interactiveMode": "IfAvailable"}}
    document = {
        "current-context": "home",
        "clusters": [{"name": "c", "cluster": {"server": api_rig.server, "certificate-authority": "pki/ca.crt"}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "home", "context": {"cluster": "c", "user": "u", "namespace": "kube-system"}}],
    }
    path = home / "config"
    path.write_text(yaml.safe_dump(document))
    found = kubeconfig.load({**os.environ, "KUBECONFIG": str(path)})
    connection = Connection(found)
    assert text(whoami(connection), "status", "userInfo", "username") == "plugged"
    connection.close()
    assert kubectl(found, elsewhere, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}") == "plugged"
    assert kubectl(found, elsewhere, "config", "current-context").strip() == "home"


@pytest.mark.parametrize(
    "files",
    [
        [{"current": "a", "names": "ab"}, {"current": "b", "names": "bc"}],
        [{"current": "", "names": "a"}, {"current": "a", "names": "b"}],
        [None, {"current": "c", "names": "c"}, {"current": "d", "names": "cd"}],
        [{"current": "", "names": ""}, {"current": "b", "names": "ab"}],
    ],
)
def test_lists_of_kubeconfigs_mean_what_kubectl_means(files: list[dict[str, str] | None], tmp_path: Path) -> None:
    paths = [tmp_path / f"folder{number}" / "config" for number in range(len(files))]
    for number, (path, content) in enumerate(zip(paths, files, strict=True)):
        path.parent.mkdir()
        if content is None:
            continue
        document: dict[str, object] = {"current-context": content["current"]}
        document["clusters"] = [
            {"name": name, "cluster": {"server": f"https://{name}{number}:1", "certificate-authority": "ca.crt"}}
            for name in content["names"]
        ]
        document["users"] = [{"name": name, "user": {"tokenFile": f"t{number}"}} for name in content["names"]]
        document["contexts"] = [{"name": name, "context": {"cluster": name, "user": name}} for name in content["names"]]
        path.write_text(yaml.safe_dump(document) if content["names"] else "")
        path.with_name("ca.crt").write_text(f"authority {number}")
    listed = os.pathsep.join(map(str, paths))
    ours = kubeconfig.load({"KUBECONFIG": listed})
    # Flattened, kubectl puts in place of a path what it read there.
    theirs = yaml.safe_load(kubectl(listed, tmp_path, "config", "view", "--minify", "--flatten", "--raw"))
    assert ours.context == theirs["current-context"]
    assert ours.server == theirs["clusters"][0]["cluster"]["server"]
    read = base64.b64decode(theirs["clusters"][0]["cluster"]["certificate-authority-data"])
    assert Path(text(ours.cluster, "certificate-authority")).read_bytes() == read
    assert Path(text(ours.user, "tokenFile")).name == theirs["users"][0]["user"]["tokenFile"]


def test_helms_secrets_come_as_labels_only(api_rig: Rig, to_rig: Connect) -> None:
    labels = {
        "owner": "helm",
        "name": "longhorn",
        "version": "3",
        "status": "pending-upgrade",
        "modifiedAt": "1700000000",
    }
    metadata = {"name": "sh.helm.release.v1.longhorn.v3", "namespace": "default", "labels": labels}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"release": "x" * 10_000}}
    api_rig.apply(secret)
    connection = to_rig()
    raw = [item for page in pages(connection, RELEASES) for item in page.objects]
    assert all("data" not in item for item in raw)
    row = next(RELEASES.row("releases", item) for item in raw if text(item, "metadata", "name") == metadata["name"])
    assert isinstance(row, Revision)
    assert (row.release, row.revision, row.status, row.modified) == ("longhorn", 3, "pending-upgrade", 1.7e9)
    api_rig.kubectl("delete", "secret", str(metadata["name"]))


def test_every_kind_is_live_and_custom_ones_come_and_go_with_their_crds(own_rig: Rig) -> None:
    crd = custom_resource(LONGHORN_VOLUMES.group, LONGHORN_VOLUMES.version, "volumes", "Volume")
    flux = custom_resource("source.toolkit.fluxcd.io", "v1", "gitrepositories", "GitRepository")
    connection, store = Connection(kubeconfig.load(os.environ, kubeconfig=own_rig.kubeconfig)), Store()
    watches = Watches(connection, store)
    watches.start()
    try:
        until(lambda: all(store.freshness(kind).reach is Reach.LIVE for kind in CORE))
        until(lambda: all(store.freshness(kind).reach is Reach.ABSENT for kind in CUSTOM))
        own_rig.apply(crd, flux)
        until(lambda: {"longhorn-volumes", "gitrepositories"} <= {kind.id for kind in watches.kinds}, 10)
        until(lambda: store.freshness(LONGHORN_VOLUMES).reach is Reach.LIVE, 10)
        spec = {"group": "", "version": "v1"}
        volume = {
            "apiVersion": f"{LONGHORN_VOLUMES.group}/{LONGHORN_VOLUMES.version}",
            "kind": "Volume",
            "metadata": {"name": "pvc-1", "namespace": "default"},
            "spec": spec,
        }
        own_rig.apply(volume)
        until(lambda: [row.name for row in store.all(LONGHORN_VOLUMES)] == ["pvc-1"])
        own_rig.kubectl("delete", "crd", "volumes.longhorn.io")
        until(lambda: store.freshness(LONGHORN_VOLUMES).reach is Reach.ABSENT, 10)
        assert store.all(LONGHORN_VOLUMES) == []
        until(lambda: "longhorn-volumes" not in {kind.id for kind in watches.kinds}, 10)
    finally:
        watches.stop()
        assert watches.join(20)
        connection.close()


def test_a_server_that_goes_away_and_comes_back_is_followed(own_rig: Rig) -> None:
    connection = Connection(kubeconfig.load(os.environ, kubeconfig=own_rig.kubeconfig))
    seen = Recorder()
    timing = Timing(first_delay=0.1, longest_delay=0.5, resume=60.0)
    seen.reflector = Reflector(connection, replace(THINGS, fields="metadata.namespace=default"), seen, timing=timing)
    seen.reflector.start()
    try:
        seen.wait(lambda: seen.reach is Reach.LIVE)
        connection.request("POST", MAPS, body={"metadata": {"name": "before"}})
        seen.wait(lambda: "before" in seen.names)
        api = next(kept for kept in own_rig.processes.kept if kept.name == "kube-apiserver")
        own_rig.processes.kept.remove(api)
        api.close()
        seen.wait(lambda: seen.reach is Reach.RECONNECTING)
        assert "before" in seen.names
        argv = [str(part) for part in api.guardian.args]  # type: ignore[union-attr]
        own_rig.processes.start("kube-apiserver", argv[argv.index("--") + 1 :])
        seen.wait(lambda: seen.reach is Reach.LIVE, 60)
        connection.request("POST", MAPS, body={"metadata": {"name": "after"}})
        seen.wait(lambda: {"before", "after"} <= seen.names)
    finally:
        seen.reflector.stop()
        assert seen.reflector.join(20)
        connection.close()


def custom_resource(group: str, version: str, plural: str, kind: str) -> dict[str, object]:
    """A CustomResourceDefinition without a schema worth the name."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
            "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
        },
    }
