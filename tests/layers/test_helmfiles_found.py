"""Helmfiles read without helmfile: what they include, what they ask for, and what is not known."""

from __future__ import annotations

import time

import pytest

from runners.layers.discovery import helmfile_releases
from runners.layers.discovery.components import component_of
from runners.layers.discovery.documents import line_of, read
from runners.layers.discovery.git_places import bootstrap_for, without_credentials
from runners.layers.discovery.helmfiles import callable_helmfiles, helmfile, helmfiles, looks_like_helmfile
from runners.layers.discovery.manifests import substituted
from runners.layers.jsons import sequence
from tests.layers.layouts import layout


def test_documents_keep_lines_and_texts_and_what_comes_before_a_mistake() -> None:
    found = read("a:\n- x: 1.10\n- y: 2024-13-45\n  <<: {z: yes}\n---\nb: !vault c\n---\nc: [\n")
    assert [line_of(item) for item in sequence(found.documents[0], "a")] == [2, 3]
    assert found.documents == ({"a": [{"x": "1.10"}, {"y": "2024-13-45", "z": "yes"}]}, {"b": "c"})
    assert (found.line, found.mistake) == (9, "not valid YAML: did not find expected node content")


def test_templates_leave_marks_and_lines_where_they_were() -> None:
    found = read("{{- /* two\nlines */ -}}\na: {{ .X }}\n{{ if .Y }}\nb: '{{`{{ .Z }}`}}-c'\n{{ end }}\nd: 1\n")
    assert found.documents == ({"a": "‹.X›", "b": "‹.Z›-c", "d": "1"},)
    assert found.conditional == {4, 5, 6}


@pytest.mark.parametrize("text", ["a: &a [*a]", "&a {b: *a}", "\x00", "? [a]\n: b", "a: b: c", "\ud800"])
def test_what_is_no_tree_is_a_mistake_or_nothing(text: str) -> None:
    found = read(text)
    assert found.mistake or found.documents == ({},)


@pytest.mark.parametrize(
    ("path", "text", "is_one"),
    [
        ("longhorn/helmfile.yaml", "", True),
        ("helmfile.yaml.gotmpl", "", True),
        ("bootstrap/helmfile.d/01.yaml", "releases: []", True),
        ("bootstrap/helmfile/apps.yaml", "releases:\n", True),
        ("deploy/all.yaml", "releases:\n- name: a\n  chart: b\n", True),
        ("app/values.yaml", "releases:\n- name: a\n", False),
        ("app/values.yaml", "x:\n  releases:\n  - chart: b\n", False),
        ("notes.txt", "releases:\n- chart: b\n", False),
    ],
)
def test_a_helmfile_is_known_by_its_name_or_by_what_stands_in_it(path: str, text: str, is_one: bool) -> None:
    assert looks_like_helmfile(path, text) is is_one


def test_releases_have_all_that_others_ask_of_them() -> None:
    found = {one.name: one for one in helmfile_releases(layout("bootstrap_folder"))}
    assert list(found) == ["cilium", "coredns", "flux-operator", "flux-instance"]
    cilium, coredns = found["cilium"], found["coredns"]
    assert (cilium.id, cilium.chart) == ("kube-system/cilium", "oci://registry.example/charts/cilium")
    assert (cilium.file, cilium.line, cilium.wait) == ("bootstrap/helmfile.d/01-apps.yaml", 4, True)
    assert coredns.needs == ("kube-system/cilium",)
    (hook,) = cilium.hooks
    assert (hook.events, hook.of, hook.on_reading) == (("postsync",), "kube-system/cilium", False)
    assert hook.command.endswith("--kustomize=../../kubernetes/apps/kube-system/cilium/config")


def test_a_need_may_be_written_without_its_namespace_or_with_a_context() -> None:
    text = (
        "releases:\n- {name: a, namespace: x, chart: c}\n- {name: b, namespace: y, chart: c, needs: [a, ctx/x/a, z]}\n"
    )
    assert helmfile_releases({"helmfile.yaml": text})[1].needs == ("x/a", "x/a", "y/z")


def test_each_release_is_asked_for_once_under_the_helmfile_to_call() -> None:
    found = [(one.id, one.helmfile, one.file) for one in helmfile_releases(layout("includes"))]
    assert found == [
        ("reloader/reloader", "helmfile.yaml", "extras/helmfile.yaml"),
        ("longhorn-system/longhorn", "storage/longhorn/helmfile.yaml", "storage/longhorn/helmfile.yaml"),
        ("seaweedfs/seaweedfs", "storage/seaweedfs/helmfile.yaml", "storage/seaweedfs/helmfile.yaml"),
    ]


def test_helmfiles_that_include_each_other_are_called_once() -> None:
    both = "helmfiles: [{{path: ../{0}/helmfile.yaml, selectors: [name={0}]}}]\nreleases: [{{name: {1}, chart: c}}]"
    files = {"a/helmfile.yaml": both.format("b", "a"), "b/helmfile.yaml": both.format("a", "b")}
    assert [(one.path, [r.name for r in one.releases]) for one in callable_helmfiles(helmfiles(files))] == [
        ("a/helmfile.yaml", ["a", "b"])
    ]


def test_a_plain_helmfile_goes_before_its_template_and_bases_are_none() -> None:
    files = {
        "longhorn/helmfile.yaml": "bases: [base.yaml]\nreleases: []",
        "longhorn/helmfile.yaml.gotmpl": "releases: []",
        "longhorn/base.yaml": "releases:\n- {name: longhorn, namespace: l, chart: c}",
    }
    assert [one.path for one in helmfiles(files)] == ["longhorn/helmfile.yaml"]
    assert [one.id for one in helmfile_releases(files)] == ["l/longhorn"]
    (lost,) = helmfile({"a/helmfile.yaml": "---\nbases: [gone.yaml]"}, "a/helmfile.yaml").missing
    assert (lost.place, lost.text) == ("a/helmfile.yaml:2", "is based on gone.yaml, and it is not there")


def test_variables_contexts_and_environments_are_known_with_their_places() -> None:
    one = helmfile(layout("environments"), "helmfile/helmfile.yaml.gotmpl")
    assert one.environments == ("attic", "cellar")
    assert [(item.text, item.line) for item in one.variables] == [("LONGHORN_VERSION", 17)]
    assert [item.text for item in one.contexts] == ["‹.Values.kubeContext›"]
    assert [release.conditional for release in one.releases] == [False, True, False]


@pytest.mark.parametrize(
    ("name", "chart", "namespace", "component"),
    [
        ("storage", "longhorn/longhorn", "x", "longhorn"),
        ("minio-operator", "./chart", "", "minio"),
        ("tenant", "minio-operator/tenant", "", "minio"),
        ("operator", "./chart", "minio-operator", "minio"),
        ("kps", "oci://r/kube-prometheus-stack", "", "monitoring"),
        ("operator", "vendor/operator", "vendor", ""),
        ("spegel", "oci://r/spegel", "flux-system", ""),
        ("flux-operator", "oci://r/flux-operator", "flux-system", "flux-operator"),
    ],
)
def test_a_release_is_known_by_chart_name_repository_or_namespace(
    name: str, chart: str, namespace: str, component: str
) -> None:
    assert component_of(name, chart, namespace) == component


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://github.com/somebody/ops", ("github", "somebody", "ops", "")),
        ("ssh://git@github.com/somebody/ops.git", ("github", "somebody", "ops", "")),
        ("git@gitlab.com:people/some/ops.git", ("gitlab", "people/some", "ops", "")),
        ("https://gitea.home.example:3000/somebody/ops", ("gitea", "somebody", "ops", "gitea.home.example")),
        ("https://x:secret@git.home/ops.git", ("git", "", "", "")),
    ],
)
def test_a_url_says_how_flux_is_bootstrapped(url: str, said: tuple[str, str, str, str]) -> None:
    found = bootstrap_for(url, "clusters/home", "")
    assert found is not None
    assert (found.provider, found.owner, found.repository, found.hostname) == said
    assert "secret" not in found.url


def test_credentials_never_leave_a_url() -> None:
    assert without_credentials("https://token@github.com/a/b") == "https://github.com/a/b"
    assert without_credentials("ssh://git:pw@h/a") == "ssh://git@h/a"
    assert without_credentials("git@github.com:a/b.git") == "git@github.com:a/b.git"
    assert bootstrap_for("not a url", "", "") is None


@pytest.mark.parametrize("piece", ["{{", "{{`", "{{ if", "${A=", "- &a [*a,", "a: {{- \n", "[", "{a: ", "- ", "? "])
def test_a_file_of_openings_without_an_end_costs_no_time(piece: str) -> None:
    """What takes a second here takes the square of it in a file ten times as long."""
    text = piece * 20_000
    begun = time.process_time()
    read(text)
    substituted(text, {})
    assert time.process_time() - begun < 5
