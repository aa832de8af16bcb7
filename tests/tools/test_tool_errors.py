"""What a tool said when it failed becomes one line for people, without a secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tools.tool_errors import LONGEST, clean, missing_kind, one_line

TRAP = (Path(__file__).parent / "fixtures" / "error-crd-trap.txt").read_text()
WRAPPED = (
    "in ./h.yaml: command failed:\n\nARGS:\n  6: https://u:pw@x (26 bytes)\n\nSTDERR:\n  {}\n\nCOMBINED OUTPUT:\n  {}\n"
)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (TRAP, "the cluster has no kind Other (example.com/v1): it must be there first"),
        (
            "in /tmp/bad.yaml: failed to read bad.yaml: reading document at index 1. Started seeing this since "
            "Helmfile v1? Add the .gotmpl file extension: yaml: line 1: did not find expected node content\n",
            "bad.yaml is not a valid helmfile: line 1: did not find expected node content",
        ),
        (
            "err: no releases found that matches specified selector(name=nope) and environment(default), in any",
            "the helmfile has no release in the environment default that matches the selector name=nope",
        ),
        (
            "err: no releases found that matches specified selector() and environment(prod), in any helmfile",
            "the helmfile has no release in the environment prod",
        ),
        (
            WRAPPED.format('Error: unknown command "diff" for "helm"', ""),
            "helm has no diff plugin: helm plugin install https://github.com/databus23/helm-diff",
        ),
        (
            WRAPPED.format('Error: Kubernetes cluster unreachable: context "nope" does not exist', ""),
            "the kubeconfig has no context nope",
        ),
        (WRAPPED.format('Error: path "../nope" not found', ""), "the chart ../nope is not there"),
        (
            WRAPPED.format("Error: repo foo not found", ""),
            "the helmfile does not say where the chart repository foo is",
        ),
        (
            'Error: looks like "https://u:pw@127.0.0.1:1/x" is not a valid chart repository or cannot be reached: Get',
            "the chart repository https://…@127.0.0.1:1/x can't be reached",
        ),
        (
            "in ./t.yaml: err: Cannot use option --kube-context and set attribute kubeContext.",
            "the helmfile sets kubeContext at its top, and helmfile then refuses a pinned context: "
            "move it to helmDefaults",
        ),
        (
            "error calling requiredEnv: required env var `ROOT` is not set",
            "the helmfile needs the environment variable ROOT",
        ),
        ("specified state file nope.yaml is not found", "there is no helmfile at nope.yaml"),
        (
            WRAPPED.format("Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress", ""),
            "someone is changing this release right now, or was stopped in the middle of it",
        ),
        ('► cloning\n✗ kustomizations.x "nope" not found\n', 'kustomizations.x "nope" not found'),
        (
            '✗ sync path configuration ("./a") would overwrite path ("./b") of existing Kustomization',
            "Flux syncs ./b already, and ./a was asked for",
        ),
        ("Error: something new", "something new"),
        ("", ""),
    ],
)
def test_the_cause_is_named_in_one_line(said: str, line: str) -> None:
    assert one_line(said) == line


def test_the_trap_is_recognised() -> None:
    assert missing_kind(TRAP)


@pytest.mark.parametrize(
    "said",
    [
        "Error: cannot log in with password=hunter2",
        'Error: values: {"apiKey": "hunter2"}',
        "Error: Get https://user:hunter2@charts.example.org/index.yaml: refused",
        "Error: helm upgrade --set adminPassword=hunter2 failed",
        "Error: helm upgrade --set auth.value=hunter2 failed",
        "Error: Authorization: Bearer hunter2hunter2",
        "yaml: line 3: cannot unmarshal !!str `hunter2` into map[string]interface {}",
        'executing "stringTemplate" at <fail "bad password hunter2">: error calling fail: bad password hunter2',
    ],
)
def test_secrets_are_never_repeated(said: str) -> None:
    assert "hunter2" not in one_line(said)
    assert "hunter2" not in clean(said)


def test_no_escape_sequence_is_left() -> None:
    assert clean("\x1b[31mred\x1b[0m \x1b]0;title\x07x\x9by\r\n") == "red xy\n"


@given(st.text())
def test_whatever_is_said_is_one_short_printable_line(said: str) -> None:
    line = one_line(said)
    assert len(line) <= LONGEST
    assert "\n" not in line
    assert "\x1b" not in line
