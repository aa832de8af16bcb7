"""What is known of a helmfile before anything runs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tools.calls import PlanError
from runners.tools.helmfile_source import built, contexts_for, in_order, read_source, scan

BUILD = (Path(__file__).parent / "fixtures" / "build.yaml").read_text()
HOOK = "releases:\n- name: a\n  hooks:\n  - {{events: [{}], command: ./x.sh}}\n"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_hooks_are_found_in_the_order_of_an_apply() -> None:
    assert scan(HOOK.format("cleanup, presync, prepare")).events == ("prepare", "presync", "cleanup")


def test_release_templates_are_plain_yaml() -> None:
    said = scan("releases:\n- name: a\n  values: ['{{`{{ .Release.Name }}`}}.yaml']\n  hooks: []\n# cleanup\n")
    assert said.events == ()


def test_a_template_is_read_by_its_words_and_what_might_be_a_hook_is_one() -> None:
    said = scan("{{ if .X }}\nreleases:\n- hooks:\n  - events: [prepare]\n{{ end }}\n", template=True)
    assert said.events == ("prepare",)
    assert scan("hooks: {{ toYaml .Values.x }}", template=True).events == ("prepare", "cleanup")
    assert scan("releases: [{name: prepare}]", template=True).events == ()


def test_a_template_that_runs_a_program_says_so() -> None:
    assert scan('a: {{ exec "kubectl" (list "get") }}', template=True).events == ("exec",)
    assert scan("a: executes {{ .X }}", template=True).events == ()


def test_contexts_are_found_wherever_they_stand() -> None:
    written = (
        "helmDefaults: {kubeContext: a}\nenvironments: {x: {kubeContext: b}}\nreleases: [{name: r, kubeContext: c}]"
    )
    assert scan(written).contexts == ("a", "b", "c")
    assert scan("helmDefaults:\n  kubeContext: 'a' # x\n{{ .X }}", template=True).contexts == ("a",)


def test_a_build_says_which_contexts_count_in_an_environment() -> None:
    assert contexts_for(BUILD, "") == ("defctx", "envctx", "relctx")
    assert contexts_for(BUILD, "other") == ("defctx", "otherctx", "relctx")


def test_a_build_says_hooks_and_files() -> None:
    said = built(BUILD)
    assert said.events == ("prepare", "presync")
    assert {"../op", "a.yaml.gotmpl", "s.yaml", "vals.yaml", "./x.sh"} <= set(said.paths)
    assert "sekret" not in repr(said)


@pytest.mark.parametrize("printed", ["a stray: line: here\n" + BUILD, "stray\nreleases: []\n", "", "---\n", "stray\n"])
def test_a_build_that_is_not_understood_is_an_error_and_not_a_helmfile_without_contexts(printed: str) -> None:
    with pytest.raises(PlanError, match="is not YAML") as caught:
        contexts_for(printed, "")
    assert "sekret" not in repr(caught.value)
    with pytest.raises(PlanError, match="is not YAML"):
        built(printed)


def test_every_file_that_is_named_is_found(tmp_path: Path) -> None:
    write(
        tmp_path,
        comp__helmfile_DOT_yaml="bases: [base.yaml]\nhelmfiles: ['sub/*.yaml']\n"
        "releases:\n- {name: a, chart: ../chart, values: [v.yaml.gotmpl, missing.yaml, https://x/y.yaml]}\n",
        comp__base_DOT_yaml="helmDefaults: {kubeContext: there}\n",
        comp__sub__one_DOT_yaml=HOOK.format("cleanup"),
        comp__sub__x_DOT_sh="echo",
        comp__v_DOT_yaml_DOT_gotmpl='a: {{ readFile "more.txt" }}\nhooks: [prepare]\n',
        comp__more_DOT_txt="more",
        chart__Chart_DOT_yaml="name: chart\nversion: 1.0.0\n",
    )
    source, files = read_source(tmp_path / "comp" / "helmfile.yaml")
    names = {str(path.relative_to(tmp_path)) for path in files}
    assert names == {
        "comp/helmfile.yaml", "comp/base.yaml", "comp/sub/one.yaml", "comp/sub/x.sh",
        "comp/v.yaml.gotmpl", "comp/more.txt", "chart",
    }  # fmt: skip
    assert source.contexts == ("there",)
    # The word in a template of values is no hook of helmfile's.
    assert source.events == ("cleanup",)
    assert read_source(tmp_path / "comp" / "helmfile.yaml")[0].on_reading == ("cleanup",)


def test_a_folder_of_helmfiles_is_read_whole(tmp_path: Path) -> None:
    write(tmp_path, d__a_DOT_yaml=HOOK.format("prepare"), d__b_DOT_yaml_DOT_gotmpl="helmDefaults: {kubeContext: b}")
    source, files = read_source(tmp_path / "d")
    assert (len(files), source.events, source.contexts) == (2, ("prepare",), ("b",))


def test_what_is_not_there_is_left_to_helmfile(tmp_path: Path) -> None:
    assert read_source(tmp_path / "nope.yaml")[0].on_reading == ()


def test_helmfiles_that_name_each_other_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, a_DOT_yaml="helmfiles: [b.yaml]\n", b_DOT_yaml="helmfiles: [a.yaml]\n")
    assert len(read_source(tmp_path / "a.yaml")[1]) == 2


def test_events_that_nobody_knows_come_last() -> None:
    assert in_order(["zeta", "exec", "cleanup", "prepare"]) == ("prepare", "cleanup", "exec", "zeta")


@pytest.mark.parametrize("template", [True, False])
@given(written=st.text())
def test_no_text_breaks_the_scan(template: bool, written: str) -> None:
    scan(written, template=template)
    with suppress(PlanError):
        contexts_for(written, "")
    with suppress(PlanError):
        built(written)


def test_a_mapping_that_holds_itself_is_read_by_its_words() -> None:
    assert scan("&a {hooks: [prepare], b: *a}").events == ("prepare",)


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? "])
def test_a_text_that_nests_without_end_ends_nothing(piece: str) -> None:
    """The YAML library would end the whole process."""
    assert scan(piece * 50_000).events == ()
    with pytest.raises(PlanError):
        built(piece * 50_000)
