"""Rendered manifests as objects."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.plans import ObjectRef
from runners.tools.calls import PlanError
from runners.tools.rendering import Renderer, placed, random_between, scopes

MANIFEST = (Path(__file__).parent / "fixtures" / "manifest.yaml").read_text()
CRD = ObjectRef("CustomResourceDefinition", "", "things.example.org", "apiextensions.k8s.io")
JOB = ObjectRef("Job", "web", "pre", "batch")
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\ndata: {{{}}}\n"


def test_every_object_is_found_where_it_belongs() -> None:
    assert set(Renderer("web").read(MANIFEST).hashes) == {
        CRD,
        JOB,
        ObjectRef("StorageClass", "", "fast", "storage.k8s.io"),
        ObjectRef("ConfigMap", "web", "kept"),
        ObjectRef("Deployment", "web", "web", "apps"),
        ObjectRef("Service", "elsewhere", "web"),
    }


def test_hooks_and_the_crds_folder_are_beside_the_release() -> None:
    assert Renderer("web").read(MANIFEST).beside == {CRD, JOB}


def test_what_an_uninstall_keeps_is_known() -> None:
    assert Renderer("web").read(MANIFEST).kept == {ObjectRef("ConfigMap", "web", "kept")}


def test_a_chart_says_its_version_in_a_label() -> None:
    assert Renderer("web").read(MANIFEST).charts == ("web-0.2.0_rc1",)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("longhorn-default-setting", "a-b: true\nc: 'x;y'\nd:", {"a-b": "true", "c": "x;y", "d": ""}),
        ("longhorn-default-setting", "", {}),
        ("longhorn-default-setting", "{not yaml", {}),
        ("longhorn-default-setting", "- a list", {}),
        ("another", "a: 1", {}),
    ],
)
def test_what_longhorns_settings_would_be_is_read(name: str, text: str, expected: dict[str, str]) -> None:
    manifest = CONFIG.format(name, f"default-setting.yaml: {json.dumps(text)}")
    assert Renderer("longhorn-system").read(manifest).longhorn_settings == expected


def test_a_setting_of_its_own_counts_like_the_charts() -> None:
    manifest = "apiVersion: longhorn.io/v1beta2\nkind: Setting\nmetadata: {name: orphan-x}\nvalue: replica-data\n"
    assert Renderer("longhorn-system").read(manifest).longhorn_settings == {"orphan-x": "replica-data"}


def test_layout_and_order_of_keys_do_not_count() -> None:
    one = Renderer("web").read(CONFIG.format("a", "x: '1', y: '2'"))
    other = Renderer("web").read(
        "# Source: b\nkind: ConfigMap\napiVersion: v1\ndata:\n  y: '2'\n  x: '1'\nmetadata:\n  name: a\n"
    )
    assert one.hashes == other.hashes


def test_a_value_counts() -> None:
    renderer = Renderer("web")
    one, other = (renderer.read(CONFIG.format("a", f"x: '{value}'")) for value in (1, 2))
    assert one.hashes.keys() == other.hashes.keys()
    assert one.hashes != other.hashes


def test_what_differs_between_two_renderings_is_random() -> None:
    renderer = Renderer("web")
    same, name = CONFIG.format("same", "x: '1'"), CONFIG.format
    first = renderer.read(f"{same}---\n{name('password', 'x: a')}---\n{name('job-1', 'x: a')}")
    second = renderer.read(f"{same}---\n{name('password', 'x: b')}---\n{name('job-2', 'x: a')}")
    found = {ref.name for ref in random_between(first, second)}
    assert found == {"password", "job-1", "job-2"}


def test_a_kind_of_the_cluster_has_no_namespace() -> None:
    issuer = ("cert-manager.io", "ClusterIssuer")
    rendered = Renderer("web", frozenset([issuer])).read(
        "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: a}"
    )
    assert list(rendered.hashes) == [ObjectRef("ClusterIssuer", "", "a", "cert-manager.io")]
    assert placed(ObjectRef("ClusterIssuer", "web", "a", "cert-manager.io"), frozenset([issuer])).namespace == ""
    assert placed(ObjectRef("ClusterRole", "web", "a", "rbac.authorization.k8s.io"), frozenset()).namespace == ""
    assert placed(ObjectRef("Role", "web", "a", "rbac.authorization.k8s.io"), frozenset()).namespace == "web"


def test_an_object_that_helm_diff_gave_a_namespace_is_found_among_the_rendered() -> None:
    find = scopes({ObjectRef("Odd", "", "a", "x.y"): ""})
    assert find(ObjectRef("Odd", "web", "a", "x.y")) == ObjectRef("Odd", "", "a", "x.y")
    assert find(ObjectRef("Odd", "web", "b", "x.y")) == ObjectRef("Odd", "web", "b", "x.y")


@pytest.mark.parametrize("manifest", ["a: [", "a: !!python/object:os.system {}", "a: 2026-02-31"])
def test_what_is_not_yaml_is_an_error_without_its_contents(manifest: str) -> None:
    with pytest.raises(PlanError) as error:
        Renderer("web").read(f"kind: Secret\npassword: hunter2\n{manifest}")
    assert "hunter2" not in str(error.value)


@given(st.text())
def test_no_text_breaks_the_reader(manifest: str) -> None:
    with suppress(PlanError):
        Renderer("web").read(manifest)


@pytest.mark.parametrize("key", ["1", "true", "null", "2026-11-23", "1.5", "text"])
def test_keys_of_any_kind_are_hashed(key: str) -> None:
    rendered = Renderer("web").read(CONFIG.format("a", f"{key}: x, other: [2026-11-23, 1, .inf]"))
    assert len(rendered.hashes) == 1
