"""Has Git all of the foundation, away from this machine? What ``git status`` says, and what that means."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from runners.layers.fetched import FETCHED
from runners.layers.findings import Finding, Severity
from runners.layers.folding import counted, listed

STATUS = ("git", "status", "--porcelain=v2", "--branch", "-z", "--ignored", "--")
"""The folders follow. Porcelain v2 is the form that scripts may rely on."""
_FIELDS = {"1": 8, "2": 9, "u": 10}
"""How many fields stand before the path, by the kind of entry."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The repository's copy on this machine, as far as some folders of it are concerned."""

    commit: str = ""
    """Empty where nothing was ever committed."""
    branch: str = ""
    """Empty on no branch."""
    upstream: str = ""
    """``origin/main``; empty where the branch has none."""
    ahead: int = 0
    """Commits that the upstream does not have, as far as was fetched."""
    behind: int = 0
    changed: tuple[str, ...] = ()
    """Files that are not as they were committed, or not committed at all."""
    ignored: tuple[str, ...] = ()
    """Files that Git is told not to keep."""
    error: str = ""
    """Why nothing is known of it."""


def read_status(output: str) -> Checkout:
    """What ``git status`` said with the options above."""
    head: dict[str, str] = {}
    changed: list[str] = []
    ignored: list[str] = []
    fields = iter(output.split("\0"))
    for field in fields:
        mark, _, rest = field.partition(" ")
        if mark == "#":
            name, _, value = rest.partition(" ")
            head[name] = value
        elif mark == "!":
            ignored.append(rest)
        elif mark == "?":
            changed.append(rest)
        elif mark in _FIELDS:
            changed.append(field.split(" ", _FIELDS[mark])[-1])
            if mark == "2":
                next(fields, "")  # the name it was renamed from
    ahead, behind = _distance(head.get("branch.ab", ""))
    return Checkout(
        commit="" if head.get("branch.oid", "(") == "(initial)" else head.get("branch.oid", ""),
        branch="" if head.get("branch.head", "(").startswith("(") else head["branch.head"],
        upstream=head.get("branch.upstream", ""),
        ahead=ahead,
        behind=behind,
        changed=tuple(path for path in changed if not path.endswith(FETCHED)),
        ignored=tuple(path for path in ignored if not path.endswith(FETCHED)),
    )


def within(checkout: Checkout, folders: Collection[str]) -> Checkout:
    """The same copy, as far as some folders or files of it are concerned."""
    roots = tuple(folder.rstrip("/") for folder in folders)

    def meant(path: str) -> bool:
        return any(root == "." or path.rstrip("/") == root or path.startswith(f"{root}/") for root in roots)

    changed, ignored = filter(meant, checkout.changed), filter(meant, checkout.ignored)
    return replace(checkout, changed=tuple(changed), ignored=tuple(ignored))


def _distance(said: str) -> tuple[int, int]:
    """``+2 -1``."""
    numbers = [int(word[1:]) for word in said.split() if word[1:].isdecimal()]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def checkout_findings(checkout: Checkout) -> Iterator[Finding]:
    """What of the foundation would be lost with this machine."""
    if checkout.error:
        yield Finding("Git", Severity.UNKNOWN, f"whether it has the foundation can't be told: {checkout.error}")
        return
    if checkout.changed:
        text = f"of the foundation {_listed(checkout.changed)} as it was committed"
        yield Finding("Git", Severity.WARNING, text, "commit and push")
    if checkout.ignored:
        text = f"is told not to keep {listed(checkout.ignored)}"
        yield Finding("Git", Severity.NOTE, text, "keep a copy elsewhere, or encrypt and commit it")
    if not checkout.branch:
        yield Finding("Git", Severity.WARNING, "is on no branch, so nobody knows what was pushed", "switch to a branch")
    elif not checkout.upstream:
        yield Finding(
            f"branch {checkout.branch}", Severity.WARNING, "has no upstream: nothing of it was pushed", "git push -u"
        )
    elif checkout.ahead:
        verb = "is" if checkout.ahead == 1 else "are"
        text = f"{counted(checkout.ahead, 'commit')} {verb} not pushed to {checkout.upstream}"
        yield Finding(f"branch {checkout.branch}", Severity.WARNING, text, "git push")
    if checkout.behind:
        text = f"lacks {counted(checkout.behind, 'commit')} of {checkout.upstream}"
        yield Finding(f"branch {checkout.branch}", Severity.NOTE, text, "git pull before you change anything")


def _listed(paths: Sequence[str]) -> str:
    verb = "is not" if len(paths) == 1 else "are not"
    return f"{listed(paths)} {verb}"
