"""What a tool said when it failed, as one line for people: what is wrong with what, never a secret, never a dump.

helmfile prints the failed helm's argv, its standard error and then both streams again; the first line that says
``Error:`` in the part under ``STDERR:`` is the cause.
"""

from __future__ import annotations

import re

from runners.layers.outside_text import harmless, redact

LONGEST = 300
"""Characters of a line that nobody has put into better words."""

_VALUES = (
    (r"(--set(?:-string|-json|-literal|-file)?[ =][\w.\[\]-]+=)\S+", r"\1…"),
    # YAML errors quote the value that did not fit, and a chart's own fail and required say anything.
    (r"(!!\w+ )`[^`]*`", r"\1`…`"),
    (r"<(fail|required)\b[^>]*>(: error calling \w+: ).*", r"<\1 …>\2…"),
)

_KNOWN = (
    (r'no matches for kind "([^"]+)" in version "([^"]+)"', r"the cluster has no kind \1 (\2): it must be there first"),
    (
        r"failed to read ([^:\s]+): [\s\S]*?yaml: [\s\S]*?(line \d+): ([^\n]*)",
        r"\1 is not a valid helmfile: \2: \3",
    ),
    (
        r"no releases found that matches specified selector\(\) and environment\(([^)]*)\)",
        r"the helmfile has no release in the environment \1",
    ),
    (
        r"no releases found that matches specified selector\(([^)]*)\) and environment\(([^)]*)\)",
        r"the helmfile has no release in the environment \2 that matches the selector \1",
    ),
    (
        r'unknown command "diff" for "helm"',
        "helm has no diff plugin: helm plugin install https://github.com/databus23/helm-diff",
    ),
    (r'context "([^"]+)" does not exist', r"the kubeconfig has no context \1"),
    (
        r"Cannot use option --kube-context and set attribute kubeContext",
        "the helmfile sets kubeContext at its top, and helmfile then refuses a pinned context: move it to helmDefaults",
    ),
    (r'path "([^"]+)" not found', r"the chart \1 is not there"),
    (r"repo (\S+) not found", r"the helmfile does not say where the chart repository \1 is"),
    (
        r'looks like "([^"]+)" is not a valid chart repository or cannot be reached',
        r"the chart repository \1 can't be reached",
    ),
    (r"required env var `([^`]+)` is not set", r"the helmfile needs the environment variable \1"),
    (r"specified state file (\S+) is not found", r"there is no helmfile at \1"),
    (
        r"another operation \(install/upgrade/rollback\) is in progress",
        "someone is changing this release right now, or was stopped in the middle of it",
    ),
    (r"Kubernetes cluster unreachable: ([^\n]+)", r"the cluster can't be reached: \1"),
    (
        r'sync path configuration \("([^"]+)"\) would overwrite path \("([^"]+)"\)',
        r"Flux syncs \2 already, and \1 was asked for",
    ),
)
"""What tools say → what a person can use. The first that fits wins."""


def plain(text: str) -> str:
    """A tool's text with neither escape sequences nor control characters."""
    return harmless(text)


def clean(text: str) -> str:
    """A tool's text that may be shown: plain, and without what looks like a secret."""
    text = redact(plain(text))
    for pattern, instead in _VALUES:
        text = re.sub(pattern, instead, text)
    return text


def one_line(stderr: str, stdout: str = "") -> str:
    """What went wrong, in one line; empty when the tool said nothing at all."""
    said = clean(stderr) or clean(stdout)
    for pattern, words in _KNOWN:
        found = re.search(pattern, said)
        if found:
            return _short(found.expand(words))
    return _short(_cause(said))


def missing_kind(stderr: str) -> bool:
    """Did it fail because the server doesn't serve a kind yet?"""
    return "no matches for kind" in stderr


def _cause(said: str) -> str:
    _, _, under = said.partition("STDERR:")
    lines = [line.strip() for line in (under or said).partition("COMBINED OUTPUT:")[0].splitlines() if line.strip()]
    marked = next((line for line in lines if line.startswith(("Error:", "✗", "err:"))), "")
    cause = marked or (lines[-1] if lines else "")
    return re.sub(r"^(?:Error:|✗|err:)\s*", "", cause)


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
