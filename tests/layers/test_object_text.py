"""Objects as text: nothing secret, nothing that acts on a terminal, nothing lost."""

from __future__ import annotations

import base64

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.object_text import LAST_APPLIED, as_yaml, coloured, description, event_lines
from tests.layers.worlds import NOW
from widgets.ansi import text_of

WORD = "correct horse battery staple"
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "minio-credentials",
        "managedFields": [{"manager": "helm"}],
        "annotations": {LAST_APPLIED: f'{{"stringData":{{"password":"{WORD}"}}}}', "team": "storage"},
    },
    "data": {"password": base64.b64encode(WORD.encode()).decode(), "empty": "", "odd": "not base64!", "none": None},
    "stringData": {"user": "admin"},
}


def test_a_secret_shows_its_keys_and_their_sizes_and_no_value() -> None:
    found = yaml.safe_load(as_yaml(SECRET))
    assert found["data"] == {
        "password": "•••• (28 bytes)",
        "empty": "•••• (0 bytes)",
        "odd": "•••• (11 bytes)",
        "none": "••••",
    }
    assert found["stringData"] == {"user": "•••• (5 bytes)"}
    assert found["metadata"]["annotations"] == {LAST_APPLIED: "•••• (58 bytes)", "team": "storage"}
    assert "managedFields" not in found["metadata"]


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_whatever_is_in_a_secrets_data_none_of_it_is_shown(value: object) -> None:
    assert as_yaml({"kind": "Secret", "data": ["kept-out", value]}) == "kind: Secret\ndata: ••••\nmetadata: {}\n"


def test_no_line_of_a_description_shows_a_secret() -> None:
    said = description(SECRET, NOW)
    assert WORD not in said
    assert "team=storage" in said


def test_other_objects_are_whole_and_in_the_servers_order() -> None:
    pod = {"kind": "Pod", "metadata": {"name": "a", "managedFields": []}, "spec": {"z": 1, "a": ["x: y", "#", ""]}}
    assert as_yaml(pod) == "kind: Pod\nmetadata:\n  name: a\nspec:\n  z: 1\n  a:\n  - 'x: y'\n  - '#'\n  - ''\n"


def test_a_text_of_several_lines_keeps_them() -> None:
    assert as_yaml({"data": {"values.yaml": "a: 1\nb: 2\n"}}) == (
        "data:\n  values.yaml: |\n    a: 1\n    b: 2\nmetadata: {}\n"
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("kind: Pod", "\x1b[36mkind\x1b[0m: Pod"),
        ("  - name: http://a:80", "  - \x1b[36mname\x1b[0m: http://a:80"),
        ('  "a: b": c', '  \x1b[36m"a: b"\x1b[0m: c'),
        ("- plain text", "- plain text"),
        ("  k8s.io/name:", "  \x1b[36mk8s.io/name\x1b[0m:"),
    ],
)
def test_keys_have_a_colour(line: str, shown: str) -> None:
    assert coloured(line) == shown


@given(st.dictionaries(st.text(), st.text() | st.dictionaries(st.text(), st.text())))
def test_colours_change_no_text_and_nothing_reaches_the_terminal(obj: dict[str, object]) -> None:
    source = as_yaml({"kind": "ConfigMap", **obj})
    assert "\x1b" not in source
    assert [text_of(line) for line in coloured(source).split("\n")] == [text_of(line) for line in source.split("\n")]


def test_a_description_has_labels_owners_and_conditions() -> None:
    obj = {
        "metadata": {"labels": {"app": "longhorn"}, "ownerReferences": [{"kind": "DaemonSet", "name": "manager"}]},
        "status": {
            "conditions": [
                {"type": "Ready", "status": "False", "reason": "Crash", "message": "a\nb", "lastTransitionTime": "x"},
                "odd",
            ]
        },
    }
    said = description(obj, NOW).splitlines()
    assert "  app=longhorn" in said
    assert "  DaemonSet/manager" in said
    assert "  Ready False · Crash · a b" in said
    assert description({}, NOW) == ""


def test_events_come_oldest_first_in_columns() -> None:
    def event(reason: str, seconds: int, kind: str = "Normal") -> dict[str, object]:
        stamp = f"2027-01-15T07:59:{seconds:02}Z"
        return {"reason": reason, "type": kind, "lastTimestamp": stamp, "message": f"of \x1b[2J{reason}", "count": 3}

    assert event_lines([event("BackOff", 50, "Warning"), event("Pulled", 10)], NOW) == [
        "SEEN  TYPE     REASON   COUNT  MESSAGE",
        "50s   Normal   Pulled   ×3     of Pulled",
        "10s   Warning  BackOff  ×3     of BackOff",
    ]
    assert event_lines([], NOW) == []
