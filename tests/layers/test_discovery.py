"""What a repository comes to: one of each layout, with the bedplate.yaml that is proposed for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.config import parse
from runners.layers.discovery import Discovery, Files, discover, look, seen_with
from runners.layers.discovery.questions import CONTEXT, ORDER, PERSONAL, ROOT, Question
from runners.layers.discovery.writing import as_yaml
from runners.layers.findings import Severity
from runners.layers.settings import Ownership, Settings
from tests.layers.layouts import NAMES, expected, layout


def no_discovery() -> Settings:
    return Settings(origin="none")


def entries(found: Discovery) -> list[str]:
    return [entry.component for entry in found.settings.foundation]


def said(found: Discovery, words: str) -> list[tuple[str, Severity]]:
    return [(one.subject, one.severity) for one in found.findings if words in one.text]


def question(found: Discovery, name: str) -> Question:
    return next(one for one in found.questions if one.id == name)


def owners(found: Discovery) -> dict[str, Ownership]:
    return {one.id: one.ownership for one in found.releases}


@pytest.mark.parametrize("name", NAMES)
def test_the_proposal_is_the_one_that_was_looked_at(name: str) -> None:
    assert as_yaml(discover(layout(name))) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_strict_reader_reads_back_what_was_proposed(name: str) -> None:
    found = discover(layout(name)).settings
    read = parse(expected(name), found=no_discovery)
    assert read.foundation == found.foundation
    assert read.bootstrap == found.bootstrap
    assert (read.gitops_path, read.gitops_components) == (found.gitops_path, found.gitops_components)


def test_a_release_without_a_namespace_can_be_read_back() -> None:
    releases = (
        "releases: [{name: longhorn, chart: longhorn/longhorn}, {name: velero, namespace: velero, chart: a/velero}]"
    )
    found = discover({"helmfile.yaml": releases})
    assert ("/longhorn",) in [entry.releases for entry in found.settings.foundation]
    assert parse(as_yaml(found), found=no_discovery).foundation == found.settings.foundation


def test_every_answer_can_be_read_back() -> None:
    for name in NAMES:
        found = discover(layout(name))
        answers = {one.id: one.default or one.choices[0] for one in found.questions}
        found = discover(layout(name), answers)
        read = parse(as_yaml(found), found=no_discovery)
        assert read == replace(found.settings, origin=read.origin, notices=()), name


def test_nothing_is_proposed_for_nothing() -> None:
    found = discover({"README.md": "# hello"})
    assert found.settings.foundation == ()
    assert [finding.severity for finding in found.settings.notices] == [Severity.WARNING]
    parse(as_yaml(found), found=no_discovery)


def test_what_is_commented_out_is_not_there() -> None:
    assert "velero" not in entries(discover(layout("one_helmfile")))
    assert "minio-tenant/minio-tenant" not in [
        one.id for one in discover(layout("components")).releases if one.ownership is not Ownership.FOUNDATION
    ]


def test_a_folder_is_no_proof_a_release_that_nothing_lists_is_not_managed_by_flux() -> None:
    found = owners(discover(layout("components")))
    assert found["longhorn-system/longhorn"] is Ownership.FOUNDATION
    assert found["metallb-system/metallb"] is Ownership.GITOPS


def test_gotk_files_that_git_leaves_out_are_said_with_the_line_that_does_it() -> None:
    found = discover(layout("components"))
    assert said(found, "keeps gotk-*.yaml out of Git") == [(".gitignore:3", Severity.WARNING)]
    assert said(found, "expects gotk-components.yaml and gotk-sync.yaml")


def test_the_origin_of_a_checkout_says_what_gitignored_files_would() -> None:
    found = discover(layout("components"), {PERSONAL: "yes"}, remote="git@github.com:somebody/attic.git")
    assert found.settings.bootstrap is not None
    bootstrap = found.settings.bootstrap
    assert (bootstrap.provider, bootstrap.owner, bootstrap.repository) == ("github", "somebody", "attic")
    assert (bootstrap.path, bootstrap.personal) == ("clusters/attic", True)


def test_a_readme_that_says_another_order_is_a_hint_and_nothing_more() -> None:
    files = {
        **layout("nested"),
        "README.md": "helmfile -f wiki/helmfile.yaml sync\nhelmfile -f longhorn/helmfile.yaml sync\n",
    }
    found = discover(files)
    assert entries(found)[0] == "longhorn"
    assert "README.md:1 calls them in the order wiki, longhorn, which is only a hint" in question(found, ORDER).why


def test_an_order_that_was_answered_holds_as_far_as_needs_allow() -> None:
    found = discover(layout("nested"), {ORDER: "vault, wiki, secrets-operator, longhorn"})
    assert entries(found) == ["wiki", "secrets-operator", "longhorn", "vault"]
    assert not [one for one in found.questions if one.id == ORDER]


def test_which_cluster_decides_what_is_handed_over() -> None:
    attic = discover(layout("clusters"), {ROOT: "clusters/attic"})
    assert owners(attic)["storage/storage-rustfs"] is Ownership.HANDOVER
    assert "elsewhere/storage-rustfs" in owners(attic)
    cellar = seen_with(look(layout("clusters")), Settings("bedplate.yaml", gitops_path="clusters/cellar"))
    assert len(cellar.reached) == 1
    elsewhere = seen_with(attic.looked, Settings("bedplate.yaml", gitops_path="elsewhere"))
    assert [found.objects for found in elsewhere.reached] == [()]
    (nothing,) = (finding for finding in elsewhere.findings if finding.subject == "bedplate.yaml")
    assert nothing.text == "gitops.path is elsewhere, and nothing that Flux would manage is there yet"
    assert owners(cellar) == dict.fromkeys(("longhorn-system/longhorn", "storage/storage-rustfs"), Ownership.FOUNDATION)


def test_a_root_that_was_answered_is_the_environment_that_is_offered() -> None:
    found = discover(layout("environments"), {ROOT: "clusters/cellar"})
    (environment,) = (one for one in found.questions if one.id.startswith("environment"))
    assert (environment.choices, environment.default) == (("attic", "cellar"), "cellar")
    assert found.settings.gitops_path == "clusters/cellar"


def test_a_context_is_asked_for_and_never_assumed() -> None:
    found = discover(layout("one_helmfile"))
    assert found.settings.context == ""
    assert question(found, CONTEXT).choices == ("attic", "none")
    assert discover(layout("one_helmfile"), {CONTEXT: "attic"}).settings.context == "attic"


def test_crds_that_are_only_rendered_are_left_out_and_said() -> None:
    found = discover(layout("bootstrap_folder"))
    assert said(found, "never applied") == [("bootstrap/helmfile.d/00-crds.yaml:3", Severity.NOTE)]
    asked = discover(layout("bootstrap_pair"))
    (name,) = (one.id for one in asked.questions)
    applied = discover(layout("bootstrap_pair"), {name: "applied"})
    assert "gateway-crds" in entries(applied)
    assert "gateway-crds" not in entries(discover(layout("bootstrap_pair"), {name: "rendered"}))


def test_a_secret_that_flux_decrypts_with_is_named_for_a_person_to_say_whence() -> None:
    (secret,) = discover(layout("bootstrap_folder")).decrypts
    assert (secret.text, secret.place) == ("flux-system/sops-age", "kubernetes/flux/cluster/ks.yaml:1")


def test_what_argo_cd_deploys_too_is_asked_about() -> None:
    found = discover(layout("argo"))
    assert [place for place, _severity in said(found, "Argo CD is an owner")] == [
        "blog/application.yaml:1",
        "longhorn/application.yaml:1",
    ]
    (name,) = (one.id for one in found.questions)
    assert entries(discover(layout("argo"), {name: "leave out"})) == []


def test_what_only_helmfile_can_tell_is_said_with_the_call_that_tells_it() -> None:
    found = discover(layout("environments"))
    (conditional,) = (one for one in found.findings if "under a condition" in one.text)
    assert conditional.subject == "helmfile/helmfile.yaml.gotmpl:20"
    assert "helmfile -f helmfile/helmfile.yaml.gotmpl list" in conditional.remedy
    assert said(found, "needs the variable LONGHORN_VERSION") == [("helmfile/helmfile.yaml.gotmpl:17", Severity.NOTE)]
    assert said(discover(layout("odd")), "names a release by a template")
    assert said(discover(layout("includes")), "git::https://git.example/shared.git@helmfile.yaml, and only helmfile")


def test_hooks_are_listed_with_their_events_and_without_secrets() -> None:
    hooks = [str(hook) for _path, hook in discover(layout("environments")).looked.hooks]
    assert hooks == [
        "prepare: ./fetch.sh --token=…",
        "postsync: kubectl apply -f ../flux/‹.Environment.Name›/fluxinstance.yaml (flux-system/flux-operator)",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_an_unreadable_file_is_a_finding_and_never_the_end(name: str) -> None:
    whole = layout(name)
    for path in whole:
        if path.endswith((".yaml", ".gotmpl")):
            found = discover({**whole, path: "a: [\n  b: }"})
            assert found.settings.origin
            if path.endswith("/helmfile.yaml"):
                assert any(one.subject.startswith(path) and one.closes is False for one in found.findings), path


_PIECES = st.sampled_from(
    ["releases", "helmfiles", "bases", "kind", "spec", "path", "resources", "needs", "hooks", "metadata", "values"]
)
_VALUES = st.recursive(
    st.sampled_from(["", "x", "..", "/", "a/b", "{{ .X }}", "${Y}", "flux-system", "longhorn"]) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_PIECES, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> Files:
    """A layout in which some lines are gone, doubled, or say something else."""
    files = dict(layout(draw(st.sampled_from(NAMES))))
    for path in draw(st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=4)):
        lines = files[path].splitlines()
        at = draw(st.integers(0, max(0, len(lines) - 1)))
        new = draw(st.one_of(st.just([]), st.text(max_size=12).map(lambda text: [text]), _VALUES.map(_line)))
        files[path] = "\n".join([*lines[:at], *new, *lines[at + draw(st.integers(0, 1)) :]])
    return files


def _line(value: object) -> list[str]:
    return [f"{key}: {inner}" for key, inner in value.items()] if isinstance(value, dict) else [f"- {value}"]


@settings(max_examples=50, deadline=None)
@given(mutated())
def test_whatever_stands_in_the_files_the_proposal_can_be_read_back(files: Files) -> None:
    found = discover(files)
    read = parse(as_yaml(found), found=no_discovery)
    assert read.foundation == found.settings.foundation
    assert read.bootstrap == found.settings.bootstrap


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["helmfile.yaml", "a/helmfile.yaml.gotmpl", "clusters/x/kustomization.yaml"]), st.text()
    )
)
def test_no_text_ends_discovery(files: Files) -> None:
    assert discover(files).settings.origin
