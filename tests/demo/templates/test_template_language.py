"""The template language, as far as the demo's charts use it."""

from __future__ import annotations

import contextlib
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runners.demo.homelab import CHARTS
from runners.demo.templates.charts import Chart, ChartError, ReleaseFacts, documents_of, load, merged
from runners.demo.templates.render import render
from runners.demo.templates.syntax import TemplateError
from runners.layers.jsons import text

DATA = {
    "Values": {"name": "web", "count": 3, "ratio": 1.5, "on": True, "off": False, "none": None, "empty": ""},
    "List": [{"n": "a"}, {"n": "b"}],
    "Map": {"b": 2, "a": 1},
}


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("plain }} text", "plain }} text"),
        ("{{ .Values.name }}", "web"),
        ("{{.Values.count}}/{{ .Values.ratio }}/{{ .Values.on }}", "3/1.5/true"),
        ("[{{ .Values.none }}{{ .Values.missing }}]", "[]"),
        ("a\n  {{- .Values.name -}}  \n b", "awebb"),
        ("a {{- /* words */ -}} b", "ab"),
        ('{{ .Values.name | quote }} {{ quote .Values.count }} {{ "a\\"b" | quote }}', '"web" "3" "a\\"b"'),
        ("{{ `raw` }}", "raw"),
        ('{{ .Values.empty | default "x" }}{{ default 7 .Values.count }}', "x3"),
        ("{{ if .Values.on }}yes{{ else }}no{{ end }}{{ if .Values.empty }}yes{{ else }}no{{ end }}", "yesno"),
        ("{{ if .Values.off }}1{{ else if .Values.on }}2{{ else }}3{{ end }}!", "2!"),
        ("{{ if and .Values.on (not .Values.off) }}{{ or .Values.empty .Values.name }}{{ end }}", "web"),
        ('{{ if eq .Values.name "web" "x" }}e{{ end }}{{ if ne .Values.name "x" }}n{{ end }}', "en"),
        ("{{ range .List }}{{ .n }}{{ $.Values.name }} {{ end }}", "aweb bweb "),
        ("{{ range $i, $x := .List }}{{ $i }}{{ $x.n }}{{ end }}", "0a1b"),
        ("{{ range $k, $v := .Map }}{{ $k }}={{ $v }};{{ end }}", "a=1;b=2;"),
        ("{{ range .Values.missing }}x{{ else }}none{{ end }}", "none"),
        ("{{ with .Values.name }}{{ . }}{{ end }}{{ with .Values.none }}x{{ end }}", "web"),
        ('{{ $x := "v" }}{{ $x }}{{ range .List }}{{ $x }}{{ end }}', "vvv"),
        (
            '{{ range $k, $v := dict "p" (list 1 2) "q" (list 3 4) }}{{ $k }}{{ first $v }}{{ last $v }} {{ end }}',
            "p12 q34 ",
        ),
        ('{{ "A-B" | lower | replace "-" "_" }} {{ int "4" }} {{ int .Values.ratio }}', "a_b 4 1"),
        ("x:{{ .Map | toYaml | nindent 2 }}", "x:\n  a: 1\n  b: 2"),
        ('{{ indent 2 "a\\nb" }}', "  a\n  b"),
        ("{a: {{ .Values.name }}}", "{a: web}"),
    ],
)
def test_what_is_filled_in(written: str, made: str) -> None:
    assert render("t", written, DATA) == made


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('\n{{ include "x" . }}', "t:2: the demo's stand-in for helm does not know 'include'"),
        ("{{ .Values.missing.deeper }}", "t:1: nil pointer evaluating interface {}.deeper"),
        ("{{ .Values.name.deeper }}", "t:1: can't evaluate field deeper"),
        ("{{ $x }}", "t:1: undefined variable '$x'"),
        ("{{ if .Values.on }}", "t:1: if has no end"),
        ("{{ end }}", "t:1: unexpected {{end}}"),
        ("{{ else }}", "t:1: unexpected {{else}}"),
        ("{{ range .List }}{{ else with .x }}{{ end }}", "t:1: does not know {{else with}} here"),
        ("{{ range .Values.name }}{{ end }}", "t:1: range can't iterate"),
        ("{{ }}", "t:1: a value is missing"),
        ("{{ (lower .Values.name }}", "t:1: a bracket is not closed"),
        ("{{ lower .Values.name) }}", "t:1: unexpected ')'"),
        ("{{ .Values.name .Values.count }}", "t:1: a value is followed by another"),
        ('{{ .Values.name | "x" }}', "t:1: a value is piped into what is no function"),
        ("{{ .Values.name & 1 }}", "t:1: does not know '&'"),
        ("{{ .Map }}", "t:1: prints a whole map or list: use toYaml"),
        ("{{ first .Values.name }}", "t:1: first: asks for an item of what is no list"),
        ("{{ lower }}", "t:1: lower: "),
        ('{{ "\\q" }}', "t:1: does not know the escapes"),
        ('{{ dict "a" }}', "t:1: dict: "),
    ],
)
def test_what_is_not_known_is_one_clear_line(written: str, said: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(said)) as error:
        render("t", written, DATA)
    assert "\n" not in str(error.value)


@given(st.text(st.characters(exclude_characters="{}")))
def test_text_without_actions_is_left_alone(written: str) -> None:
    assert render("t", written, {}) == written


@given(st.text(st.characters(exclude_categories=["C", "Z"])))
def test_any_string_survives_quoting(value: str) -> None:
    assert yaml.safe_load(render("t", "{{ .v | quote }}", {"v": value})) == value


@given(st.text(st.sampled_from('{}()|:=,.$ab"`1- \n')))
def test_no_text_breaks_it_in_another_way(written: str) -> None:
    with contextlib.suppress(TemplateError):
        render("t", "{{ " + written + " }}", DATA)


def test_random_values_are_made_anew() -> None:
    first, second = (render("t", "{{ randAlphaNum 24 }}", {}) for _ in range(2))
    assert first != second
    assert re.fullmatch(r"[0-9A-Za-z]{24}", first)


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@given(MAPS, MAPS)
def test_merged_values_say_what_was_laid_over(base: dict[str, object], over: dict[str, object]) -> None:
    found = merged(base, over)
    assert isinstance(found, dict)
    for key, value in over.items():
        if value is None:
            assert key not in found
        elif not isinstance(value, dict):
            assert found[key] == value
    assert {key: found[key] for key in base.keys() - over.keys()} == {
        key: value for key, value in base.items() if key not in over
    }


@pytest.mark.parametrize("name", ["longhorn", "minio-operator", "minio-tenant"])
def test_every_chart_renders(name: str) -> None:
    documents = load(CHARTS / name, name).manifest(ReleaseFacts(name, "there"), {})
    assert all(document.text.startswith(f"# Source: {name}/templates/") for document in documents)
    again = documents_of("".join(f"---\n{document.text}" for document in documents))
    assert [document.obj for document in again] == [document.obj for document in documents]


def test_objects_come_in_the_order_in_which_helm_makes_them() -> None:
    documents = load(CHARTS / "longhorn", "longhorn").manifest(ReleaseFacts("longhorn", "there"), {})
    kinds = list(dict.fromkeys(text(document.obj, "kind") for document in documents))
    assert kinds == [
        *("ServiceAccount", "ConfigMap", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"),
        *("Service", "DaemonSet", "Deployment"),
    ]
    assert len(documents) == 24


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a: [", r"YAML parse error on c/templates/x.yaml: error converting YAML to JSON: yaml: line 1"),
        ("{{ nope }}", r"template: c/templates/x.yaml:1: the demo's stand-in for helm does not know 'nope'"),
        ("kind: Job\nmetadata: {annotations: {helm.sh/hook: test}}", r"does not know hooks: c/templates/x.yaml"),
    ],
)
def test_a_broken_template_is_named(template: str, said: str) -> None:
    chart = Chart({"name": "c"}, templates={"templates/x.yaml": template})
    with pytest.raises(ChartError, match=re.escape(said)):
        chart.manifest(ReleaseFacts("r", "n"), {})
