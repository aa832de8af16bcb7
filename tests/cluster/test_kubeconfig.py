from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from runners.cluster.access import KubeconfigError
from runners.cluster.credentials import Credentials
from runners.cluster.in_cluster import in_cluster
from runners.cluster.kubeconfig import contexts, load
from runners.layers.jsons import Json, text


def entry(name: str, user: Json | None = None, *, server: str = "https://one:6443") -> dict[str, object]:
    """A kubeconfig with one context, cluster and user of one name."""
    user = user or {}
    return {
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }


def write(path: Path, *parts: dict[str, object], current: str = "") -> Path:
    """Writes the parts as one kubeconfig."""
    document: dict[str, object] = {"current-context": current} if current else {}
    for section in ("clusters", "users", "contexts"):
        document[section] = [item for part in parts for item in part.get(section, [])]  # type: ignore[attr-defined]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document))
    return path


def listed(*paths: Path) -> dict[str, str]:
    """An environment with a KUBECONFIG list."""
    return {"KUBECONFIG": os.pathsep.join(map(str, paths)), "HOME": "/nonexistent"}


def test_of_a_list_the_first_current_context_wins(tmp_path: Path) -> None:
    a = write(tmp_path / "a", entry("home"), current="home")
    b = write(tmp_path / "b", entry("work"), current="work")
    assert load(listed(a, b)).context == "home"
    assert load(listed(b, a)).context == "work"


def test_a_later_file_gives_the_current_context_where_the_first_has_none(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a", entry("home")), write(tmp_path / "b", entry("work"), current="home")
    assert load(listed(a, b)).context == "home"


def test_of_entries_with_one_name_the_first_files_wins_as_a_whole(tmp_path: Path) -> None:
    a = write(tmp_path / "a", entry("home", server="https://first:1"), current="home")
    b = write(tmp_path / "b", entry("home", {"token": "t"}, server="https://second:2"))
    found = load(listed(a, b))
    assert found.server == "https://first:1"
    assert found.user == {}


def test_missing_and_empty_files_of_a_list_are_skipped(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("")
    a = write(tmp_path / "a", entry("home"), current="home")
    assert load(listed(tmp_path / "nope", empty, a)).context == "home"


def test_an_empty_variable_means_the_usual_file(tmp_path: Path) -> None:
    write(tmp_path / ".kube" / "config", entry("home"), current="home")
    assert load({"KUBECONFIG": "", "HOME": str(tmp_path)}).context == "home"


def test_the_flag_beats_the_variable_and_must_exist(tmp_path: Path) -> None:
    a, b = (write(tmp_path / name, entry(name), current=name) for name in "ab")
    assert load(listed(a), kubeconfig=b).context == "b"
    with pytest.raises(KubeconfigError, match="nope: there is no such file"):
        load(listed(a), kubeconfig=tmp_path / "nope")


def test_relative_paths_are_meant_from_the_file_that_holds_them(tmp_path: Path) -> None:
    plugin = {"command": "bin/login", "args": ["relative/stays"]}
    user = {"client-certificate": "c.crt", "client-key": "../k.key", "tokenFile": "/abs/token", "exec": plugin}
    part = entry("home", user)
    part["clusters"] = [{"name": "home", "cluster": {"server": "https://one", "certificate-authority": "ca.crt"}}]
    found = load(listed(write(tmp_path / "deep" / "config", part, current="home")))
    assert found.cluster["certificate-authority"] == str(tmp_path / "deep" / "ca.crt")
    assert found.user["client-certificate"] == str(tmp_path / "deep" / "c.crt")
    assert found.user["client-key"] == str(tmp_path / "k.key")
    assert found.user["tokenFile"] == "/abs/token"
    assert text(found.user, "exec", "command") == str(tmp_path / "deep" / "bin" / "login")
    assert found.user["exec"]["args"] == ["relative/stays"]  # type: ignore[index]


def test_a_command_without_a_slash_stays_a_name_to_be_looked_up(tmp_path: Path) -> None:
    found = load(listed(write(tmp_path / "a", entry("home", {"exec": {"command": "login"}}), current="home")))
    assert text(found.user, "exec", "command") == "login"


def test_a_relative_file_of_the_flag_is_meant_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a", entry("home", {"tokenFile": "t"}), current="home")
    monkeypatch.chdir(tmp_path)
    assert load({}, kubeconfig=Path("a")).user["tokenFile"] == str(tmp_path / "t")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [b", ": not YAML: "),
        ("- a", "not a kubeconfig"),
        ("just words", "not a kubeconfig"),
        ("contexts: [{name: a}, {name: a}]", "contexts has two entries named 'a'"),
        ("kind: Config", "no cluster and no context"),
        ("contexts: [{name: a, context: {cluster: c}}]", "no current-context; give --context (there are: a)"),
        ("current-context: homme\ncontexts: [{name: home, context: {cluster: c}}]", "did you mean 'home'?"),
        ("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]", "cluster 'c', which does not exist"),
        (
            "current-context: a\nclusters: [{name: c, cluster: {server: s}}]\n"
            "contexts: [{name: a, context: {cluster: c, user: nobody}}]",
            "user 'nobody', which does not exist",
        ),
        ("current-context: a\nclusters: [{name: c}]\ncontexts: [{name: a, context: {cluster: c}}]", "has no server"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_the_file(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(KubeconfigError) as raised:
        load(listed(path))
    assert said in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_context_that_is_asked_for_and_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a", entry("home"), entry("work"), current="home")
    with pytest.raises(KubeconfigError, match="no context 'hom'; did you mean 'home'"):
        load(listed(path), context="hom")
    assert load(listed(path), context="work").context == "work"
    assert contexts(listed(path)) == ("home", "work")


def test_without_any_file_it_is_said_where_one_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=r"no kubeconfig: .*/\.kube/config does not exist"):
        load({"HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("cluster", "server"),
    [
        ({"server": "https://one/"}, "https://one"),
        ({"server": "one:6443", "certificate-authority": "ca"}, "https://one:6443"),
        ({"server": "one:6443", "insecure-skip-tls-verify": True}, "https://one:6443"),
        ({"server": "localhost:8080"}, "http://localhost:8080"),
        ({"server": "https://rancher/k8s/clusters/c-1/"}, "https://rancher/k8s/clusters/c-1"),
    ],
)
def test_the_address_has_a_scheme_and_no_slash_at_its_end(
    tmp_path: Path, cluster: dict[str, object], server: str
) -> None:
    part = {**entry("home"), "clusters": [{"name": "home", "cluster": cluster}]}
    assert load(listed(write(tmp_path / "a", part, current="home"))).server == server


def test_the_private_kubeconfig_has_one_context_and_works_from_anywhere(tmp_path: Path) -> None:
    home = entry("home", {"client-certificate": "c.crt", "as": "jane", "as-groups": ["ops"]})
    home["contexts"] = [{"name": "home", "context": {"cluster": "home", "user": "home", "namespace": "deep"}}]
    path = write(tmp_path / "a", entry("work", {"token": "other"}), home, current="work")
    chosen = load(listed(path), context="home")
    private = tmp_path / "elsewhere" / "private"
    private.parent.mkdir()
    private.write_text(chosen.private_kubeconfig())
    again = load({}, kubeconfig=private)
    assert (again.context, again.server, again.namespace) == ("home", chosen.server, "deep")
    assert again.user == chosen.user
    assert again.cluster == chosen.cluster
    assert str(again.impersonation) == "jane (ops)"
    assert again.who == "home as jane (ops)"
    assert contexts({}, kubeconfig=private) == ("home",)
    assert "other" not in private.read_text()


def test_secrets_are_not_in_the_repr(tmp_path: Path) -> None:
    part = entry("home", {"token": "s3cret", "exec": {"env": [{"name": "A", "value": "s3cret"}]}})
    found = load({**listed(write(tmp_path / "a", part, current="home")), "PASSWORD": "s3cret"})
    assert "s3cret" not in repr(found)


def test_a_pods_service_account_is_used_where_there_is_no_file(tmp_path: Path) -> None:
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    assert in_cluster(environ, tmp_path) is None
    for name, content in {"token": "t", "ca.crt": "c", "namespace": "apps"}.items():
        (tmp_path / name).write_text(content)
    found = in_cluster(environ, tmp_path)
    assert found is not None
    assert found.server == "https://[fd00::1]:443"
    assert found.namespace == "apps"
    assert found.user == {"tokenFile": str(tmp_path / "token")}
    assert in_cluster({}, tmp_path) is None


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"token": "t", "username": "u", "password": "p"}, "only one of them"),
        ({"auth-provider": {"name": "oidc"}}, "auth-provider 'oidc'"),
        ({"as-groups": ["a"]}, "without a user"),
    ],
)
def test_a_user_that_kubectl_refuses_is_refused(tmp_path: Path, user: dict[str, object], said: str) -> None:
    path = write(tmp_path / "a", entry("home", user), current="home")
    with pytest.raises(KubeconfigError, match=said):
        Credentials(load(listed(path)))
