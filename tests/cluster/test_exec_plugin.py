from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runners.cluster.connection import Connection
from runners.cluster.errors import CredentialsError, Unauthorized
from runners.cluster.exec_plugin import Credential, ExecPlugin
from runners.layers.jsons import Json
from tests.cluster.fake_api import FakeApi
from tests.cluster.support import access, until

VERSION = "client.authentication.k8s.io/v1"
Plugin = Callable[..., dict[str, object]]


def answer(expires: float | None = None, version: str = VERSION, **status: str) -> str:
    """What a plugin prints; it expires so many seconds from now."""
    if expires is not None:
        status["expirationTimestamp"] = datetime.fromtimestamp(time.time() + expires, UTC).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status or {"token": "t0ken"}})


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    """Writes a plugin as a shell script and returns the user's entry that runs it; each run adds a line to ``ran``."""

    def make(script: str, **fields: object) -> dict[str, object]:
        path = tmp_path / "plugin"
        path.write_text(f"#!/bin/sh\necho x >> {tmp_path}/ran\n{script}\n")
        path.chmod(0o700)
        return {"exec": {"apiVersion": VERSION, "command": str(path), "interactiveMode": "Never", **fields}}

    return make


def run(user: Json, *, timeout: float = 20.0, notify: Callable[[str], None] = lambda _line: None) -> Credential:
    """Runs a plugin as a connection would."""
    return made(user, timeout=timeout, notify=notify).credential()


def made(user: Json, *, timeout: float = 20.0, notify: Callable[[str], None] = lambda _line: None) -> ExecPlugin:
    """A plugin in this process's environment."""
    found = access("https://cluster.example:6443", user=user, environ=os.environ)
    return ExecPlugin(found, notify=notify, timeout=timeout)


def runs(tmp_path: Path) -> int:
    """How often the plugin ran."""
    return len((tmp_path / "ran").read_text().splitlines())


def test_a_token_and_a_certificate_are_taken(plugin: Plugin) -> None:
    printed = answer(token="t", clientCertificateData="cert", clientKeyData="key")
    found = run(plugin(f"echo '{printed}'"))
    assert (found.token, found.certificate, found.key) == ("t", "cert", "key")
    assert "cert" not in repr(found)


def test_v1beta1_needs_no_interactive_mode(plugin: Plugin) -> None:
    beta = "client.authentication.k8s.io/v1beta1"
    user = plugin(f"echo '{answer(version=beta)}'", apiVersion=beta, interactiveMode=None)
    assert run(user).token == "t0ken"


@pytest.mark.parametrize(
    ("script", "fields", "said"),
    [
        ("echo 'no session, run login' >&2; exit 3", {}, "it ended 3: no session, run login"),
        ("exit 1", {}, "it ended 1, and said nothing"),
        ("printf '\\033[31mred\\033[0m\\007\\n' >&2; exit 1", {}, "it ended 1: red;"),
        ("echo no json", {}, "did not answer with JSON"),
        ('echo \'{"kind": "Pod"}\'', {}, "did not answer with an ExecCredential"),
        (f"echo '{answer(version='client.authentication.k8s.io/v1beta1')}'", {}, "an ExecCredential of"),
        (f"echo '{answer(clientKeyData='k')}'", {}, "without its key"),
        (f"echo '{answer(expires=60)}'", {}, "neither a token nor"),
        ("", {"command": "/nonexistent/plugin", "installHint": "get it\nthere"}, "is not there: get it there"),
        ("", {"command": "no-such-program-anywhere"}, "is not there"),
        ("", {"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "v1alpha1' is not supported"),
        ("", {"interactiveMode": "Always"}, "needs a terminal"),
        ("", {"interactiveMode": ""}, "interactiveMode must be set"),
    ],
    # One of the scripts has the present time in it, and a test's name must be the same in every process.
    ids=lambda value: value if isinstance(value, str) and "expiration" not in value else "…",
)
def test_a_plugin_that_fails_is_an_error_that_says_why(
    plugin: Plugin, script: str, fields: dict[str, object], said: str
) -> None:
    with pytest.raises(CredentialsError) as raised:
        run(plugin(script, **fields))
    assert said in str(raised.value)
    assert "of user 'someone'" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_what_it_prints_is_never_quoted(plugin: Plugin) -> None:
    with pytest.raises(CredentialsError) as raised:
        run(plugin("echo s3cret-token"))
    assert "s3cret" not in str(raised.value)


def test_a_slow_plugin_is_ended_with_everything_it_started(
    plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, wait, began = threading.Event(), subprocess.Popen.wait, time.monotonic()

    def hasty(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        """The time is over once the plugin has come as far as it should."""
        if timeout is not None:
            assert told.wait(timeout)
            timeout = 0.0
        return wait(process, timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", hasty)
    script = f"sleep 60 & echo $! > {tmp_path}/child; echo 'open http://login' >&2; wait"
    with pytest.raises(CredentialsError, match=r"no answer in 20 s: open http://login"):
        run(plugin(script), notify=lambda _line: told.set())
    assert time.monotonic() - began < 30
    child = int((tmp_path / "child").read_text())
    until(lambda: has_ended(child))


def has_ended(process: int) -> bool:
    """Whether a process is gone, or nothing of it but its id is left."""
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_login_link_is_passed_on_while_it_waits(plugin: Plugin, tmp_path: Path) -> None:
    lines: list[str] = []
    told = threading.Event()

    def notify(line: str) -> None:
        lines.append(line)
        told.set()

    script = f"echo 'open http://login' >&2; while [ ! -e {tmp_path}/done ]; do sleep 0.01; done; echo '{answer()}'"
    found: list[Credential] = []
    thread = threading.Thread(target=lambda: found.append(run(plugin(script), notify=notify)))
    thread.start()
    assert told.wait(20)
    assert lines == ["open http://login"]
    assert not found
    (tmp_path / "done").touch()
    thread.join(20)
    assert found


def test_it_has_no_terminal_and_no_input(plugin: Plugin) -> None:
    script = f"""
    test -t 0 || test -t 2 && exit 7
    read line && exit 8
    (exec 3</dev/tty) 2>/dev/null && exit 9
    echo '{answer()}'
    """
    assert run(plugin(script)).token == "t0ken"


def test_an_agent_that_it_leaves_behind_holds_nothing_up(plugin: Plugin, tmp_path: Path) -> None:
    began = time.monotonic()
    found = run(plugin(f"sleep 60 & echo $! > {tmp_path}/agent; echo '{answer()}'"))
    assert found.token == "t0ken"
    assert time.monotonic() - began < 30
    agent = int((tmp_path / "agent").read_text())
    assert Path(f"/proc/{agent}").exists()
    os.kill(agent, 9)


def test_its_own_variables_and_the_cluster_are_handed_to_it(plugin: Plugin, tmp_path: Path) -> None:
    script = f'echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/info; echo "$WHO $1" > {tmp_path}/who; echo \'{answer()}\''
    user = plugin(script, env=[{"name": "WHO", "value": "me"}], args=["first"], provideClusterInfo=True)
    authority = tmp_path / "ca.crt"
    authority.write_text("PEM")
    extension = {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x"}}
    cluster = {"certificate-authority": str(authority), "tls-server-name": "name", "extensions": [extension]}
    ExecPlugin(access("https://one", user=user, cluster=cluster, environ=os.environ)).credential()
    info = json.loads((tmp_path / "info").read_text())
    assert info["spec"] == {
        "interactive": False,
        "cluster": {
            "server": "https://one",
            "certificate-authority-data": "UEVN",
            "tls-server-name": "name",
            "config": {"audience": "x"},
        },
    }
    assert (tmp_path / "who").read_text() == "me first\n"


@pytest.mark.parametrize(("expires", "expected"), [(None, 1), (3600.0, 1), (120.0, 1), (30.0, 1), (-5.0, 1)])
def test_it_does_not_run_for_each_request(plugin: Plugin, tmp_path: Path, expires: float | None, expected: int) -> None:
    source = made(plugin(f"echo '{answer(expires, token='t')}'"))
    for _ in range(20):
        source.credential()
    assert runs(tmp_path) == expected


def test_it_runs_again_before_it_expires(plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = made(plugin(f"echo '{answer(600, token='t')}'"))
    source.credential()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 530)
    source.credential()
    assert runs(tmp_path) == 1
    monkeypatch.setattr(time, "time", lambda: now + 545)
    source.credential()
    assert runs(tmp_path) == 2


def test_many_requests_at_once_run_it_once(plugin: Plugin, tmp_path: Path) -> None:
    source = made(plugin(f"sleep 0.1; echo '{answer()}'"))
    threads = [threading.Thread(target=source.credential) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert runs(tmp_path) == 1


def test_one_that_failed_is_not_run_again_for_everybody_who_waits(
    plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(plugin("echo 'log in' >&2; exit 1"))
    for _ in range(5):
        with pytest.raises(CredentialsError, match="it ended 1: log in"):
            source.credential()
    assert runs(tmp_path) == 1
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 6)
    plugin(f"echo '{answer()}'")
    assert source.credential().token == "t0ken"


def test_a_credential_that_is_still_good_is_used_while_a_new_one_cannot_be_had(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = made(plugin(f"echo '{answer(600, token='good')}'"))
    source.credential()
    plugin("exit 1")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 580)
    assert source.credential().token == "good"
    monkeypatch.setattr(time, "time", lambda: now + 605)
    with pytest.raises(CredentialsError, match="it ended 1"):
        source.credential()


def test_closing_the_connection_ends_a_plugin_that_runs(
    connect: Callable[..., Connection], plugin: Plugin, tmp_path: Path
) -> None:
    connection = connect(plugin(f"touch {tmp_path}/began; sleep 60"), environ=os.environ)
    errors: list[str] = []

    def ask() -> None:
        try:
            connection.request("GET", "/version")
        except CredentialsError as error:
            errors.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: (tmp_path / "began").exists())
    connection.close()
    thread.join(20)
    assert "it ended -9" in errors[0]


def test_closing_ends_a_plugin_that_is_just_being_started(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    source = made(plugin("sleep 60"))

    class Closing(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            source.close()

    monkeypatch.setattr(subprocess, "Popen", Closing)
    with pytest.raises(CredentialsError, match="it ended -9"):
        source.credential()


def test_a_request_is_never_sent_without_what_the_plugin_should_give(
    api: FakeApi, connect: Callable[..., Connection], plugin: Plugin
) -> None:
    connection = connect(plugin("exit 1"), environ=os.environ)
    for attempt in (lambda: connection.request("GET", "/version"), lambda: list(connection.stream("/version"))):
        with pytest.raises(CredentialsError, match="nothing was sent"):
            attempt()
    assert api.requests == []


def test_a_refused_token_is_asked_for_anew_but_not_in_a_storm(
    api: FakeApi, connect: Callable[..., Connection], plugin: Plugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.script("/version", lambda exchange: exchange.refuse(401))
    connection = connect(plugin(f"echo '{answer()}'"), environ=os.environ)
    for _ in range(3):
        with pytest.raises(Unauthorized):
            connection.request("GET", "/version")
    assert runs(tmp_path) == 1
    assert [exchange.header("Authorization") for exchange in api.requests] == ["Bearer t0ken"] * 3
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10)
    for _ in range(2):
        with pytest.raises(Unauthorized):
            connection.request("GET", "/version")
    assert runs(tmp_path) == 2
