"""What Flux manages: reached from a root, by the ways that Flux goes itself."""

from __future__ import annotations

import pytest

from runners.layers.discovery import Files, FluxRoot, flux_reached, helmfile_releases
from runners.layers.discovery.roots import How, find_roots, root_at
from tests.layers.layouts import layout

HEAD = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"


def leads(name: str, path: str, more: str = "", source: str = "flux-system") -> str:
    """A Flux Kustomization as a document."""
    spec = f"spec:\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: {source}}}\n"
    return f"{HEAD}metadata: {{name: {name}, namespace: flux-system}}\n{spec}{more}---\n"


def config(name: str, namespace: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}{place}}}\n---\n"


def reached(files: Files, root: str = "root") -> dict[str, str]:
    """Object → file, of everything that is reached."""
    return {one.id: one.path for one in flux_reached(files, FluxRoot(root)).objects}


def test_a_folder_without_a_kustomization_is_all_that_is_in_and_below_it() -> None:
    files = {
        "root/a.yaml": config("a"),
        "root/below/b.yml": config("b"),
        "root/listed/kustomization.yaml": "resources: [c.yaml]",
        "root/listed/c.yaml": config("c"),
        "root/listed/unlisted.yaml": config("unlisted"),
        "root/notes.txt": config("notes"),
        "rooted/d.yaml": config("d"),
    }
    assert sorted(reached(files)) == ["ConfigMap a", "ConfigMap b", "ConfigMap c"]


def test_resources_bases_and_components_are_followed_with_namespace_and_affixes() -> None:
    files = {
        "root/kustomization.yaml": (
            "namespace: outer\nnamePrefix: x-\nresources: [a.yaml, ../shared]\ncomponents: [../part]"
        ),
        "root/a.yaml": config("a", "own"),
        "shared/kustomization.yml": "namespace: inner\nnameSuffix: -y\nbases: [b.yaml]",
        "shared/b.yaml": config("b") + "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n",
        "part/kustomization.yaml": "resources: [c.yaml]",
        "part/c.yaml": config("c"),
    }
    assert sorted(reached(files)) == [
        "ConfigMap outer/x-a",
        "ConfigMap outer/x-b-y",
        "ConfigMap outer/x-c",
        "Namespace x-web-y",
    ]


def test_a_list_counts_as_what_it_lists() -> None:
    files = {
        "root/a.yaml": "kind: List\napiVersion: v1\nitems:\n- kind: Secret\n  apiVersion: v1\n  metadata: {name: s}\n"
    }
    assert reached(files) == {"Secret s": "root/a.yaml"}


def test_a_kustomization_of_flux_leads_on_with_its_namespace_and_its_substitutions() -> None:
    more = "  targetNamespace: web\n  postBuild:\n    substitute: {SET: one, NAME: app}\n"
    files = {
        "root/ks.yaml": leads("first", "./apps", more),
        "apps/a.yaml": config("'${NAME}'") + leads("second", "/${DEFAULT:=sets}/${SET}/"),
        "sets/one/b.yaml": config("b"),
        "sets/two/c.yaml": config("c"),
    }
    found = reached(files)
    assert {"ConfigMap web/app", "ConfigMap b"} <= found.keys()
    assert "ConfigMap c" not in found
    by_name = {one.name: one.applier for one in flux_reached(files, FluxRoot("root")).objects}
    assert (by_name["app"], by_name["b"]) == ("flux-system/first", "web/second")


def test_substitutions_come_from_config_maps_that_are_reached_themselves() -> None:
    found = flux_reached(layout("clusters"), FluxRoot("clusters/attic"))
    assert "sets/storage/release.yaml" in {one.path for one in found.objects}
    assert "sets/network/release.yaml" not in {one.path for one in found.objects}
    assert [one.text for one in found.beyond] == [
        "Kustomization flux-system/dangling applies ./sets/${NOWHERE}: what that is Git does not say",
        "Kustomization flux-system/foreign applies ./deploy of the source podinfo: not of this repository",
    ]


@pytest.mark.parametrize(
    ("spec", "release"),
    [
        ("{}", ("own", "app")),
        ("{releaseName: other}", ("own", "other")),
        ("{targetNamespace: there}", ("there", "there-app")),
        ("{targetNamespace: there, releaseName: other}", ("there", "other")),
    ],
)
def test_a_helm_release_is_named_as_its_controller_names_it(spec: str, release: tuple[str, str]) -> None:
    head = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: own}\n"
    (found,) = flux_reached({"root/a.yaml": f"{head}spec: {spec}\n"}, FluxRoot("root")).objects
    assert found.release == release


def test_what_goes_to_another_cluster_is_not_this_ones() -> None:
    remote = "  kubeConfig: {secretRef: {name: edge}}\n"
    release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: own}\n"
    files = {
        "root/ks.yaml": leads("edge", "./edge", remote),
        "edge/a.yaml": config("a"),
        "root/hr.yaml": f"{release}spec:\n{remote}",
    }
    found = flux_reached(files, FluxRoot("root"))
    assert {one.id: one.release for one in found.objects} == {
        "Kustomization flux-system/edge": None,
        "HelmRelease own/app": None,
    }
    assert [one.text for one in found.beyond] == ["Kustomization flux-system/edge applies ./edge to another cluster"]


def test_a_sync_to_another_cluster_is_no_root() -> None:
    source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: ops}\n---\n"
    sync = leads("edge", "./apps", "  kubeConfig: {secretRef: {name: edge}}\n", source="ops")
    assert find_roots({"flux/edge.yaml": source + sync, "apps/a.yaml": config("a")}) == ()


def test_what_a_root_leads_to_once_more_is_there_once() -> None:
    files = {"root/flux-system/gotk-sync.yaml": leads("flux-system", "./root"), "root/a.yaml": config("a")}
    found = flux_reached(files, FluxRoot("root")).objects
    assert sorted(one.id for one in found) == ["ConfigMap a", "Kustomization flux-system/flux-system"]


def test_circles_end() -> None:
    files = {
        "root/kustomization.yaml": "resources: [../other, ks.yaml]",
        "other/kustomization.yaml": "resources: [../root]",
        "root/ks.yaml": leads("again", "./root"),
    }
    assert list(reached(files)) == ["Kustomization flux-system/again"]


def test_what_is_broken_is_said_and_the_rest_is_reached() -> None:
    files = {
        "root/kustomization.yaml": "resources: [gone.yaml, bad.yaml, a.yaml, 'https://example.com/x', ../../up]",
        "root/bad.yaml": f"{config('half')}a: [",
        "root/a.yaml": config("a") + leads("lost", "./nowhere"),
    }
    found = flux_reached(files, FluxRoot("root"))
    assert {one.name for one in found.objects} == {"half", "a", "lost"}
    assert [one.place for one in found.broken] == ["root/kustomization.yaml", "root/bad.yaml:6", "root/a.yaml:5"]
    assert [one.place for one in found.beyond] == ["root/kustomization.yaml"] * 2


def test_the_surest_thing_speaks_for_a_root() -> None:
    (one,) = find_roots(layout("one_helmfile"))
    assert (one.path, one.how, one.branch) == ("clusters/attic", How.SYNC, "trunk")
    assert one.reason.place == "clusters/attic/flux-system/gotk-sync.yaml:8"
    files = layout("one_helmfile")
    half = {path: words for path, words in files.items() if "components" not in path}
    (one,) = find_roots(half)
    assert (one.how, [odd.place for odd in one.remarks]) == (
        How.SYNC,
        ["clusters/attic/flux-system/kustomization.yaml:1"],
    )
    assert [found.how for found in find_roots(layout("environments"))] == [How.INSTANCE, How.INSTANCE]
    assert [found.how for found in find_roots(layout("components"))] == [How.EXPECTED]
    assert [found.how for found in find_roots(layout("odd"))] == [How.FOLDER]
    assert find_roots(layout("nested")) == ()


def test_a_sync_that_was_written_by_hand_is_a_root_under_its_own_name() -> None:
    source = (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: ops}\nspec: {url: u}\n---\n"
    )
    files = {"flux/cluster.yaml": source + leads("cluster", "./apps", source="ops"), "apps/a.yaml": config("a")}
    (one,) = find_roots(files)
    assert (one.how, one.path) == (How.OWN_SYNC, "apps")
    assert root_at((one,), "./apps/") == one
    named = root_at((one,), "elsewhere")
    assert (named.how, named.root) == (How.NAMED, FluxRoot("elsewhere"))


def test_an_instance_with_a_template_in_its_path_is_a_root_for_each_folder_like_it() -> None:
    values = "- instance:\n          sync: {kind: GitRepository, url: u, path: 'clusters/{{ .Environment.Name }}'}\n"
    release = f"- name: flux-instance\n      namespace: flux-system\n      chart: x\n      values:\n        {values}"
    files = {
        "helmfile.yaml": f"releases:\n    {release}",
        "clusters/a/x.yaml": config("a"),
        "clusters/b/x.yaml": config("b"),
    }
    found = find_roots(files, helmfile_releases(files))
    assert [one.path for one in found] == ["clusters/a", "clusters/b"]
