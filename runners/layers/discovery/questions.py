"""What a repository leaves open: each question with its choices and what it rests on."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from runners.layers.discovery.components import Group
from runners.layers.discovery.documents import is_known
from runners.layers.discovery.helmfiles import Helmfile, Remark
from runners.layers.discovery.look import Looked
from runners.layers.discovery.paths import folder_of
from runners.layers.discovery.roots import FoundRoot
from runners.layers.gitops_settings import PROVIDERS, BootstrapSettings

ROOT, CONTEXT, ORDER, BOOTSTRAP, PERSONAL = "root", "context", "order", "bootstrap", "personal"
RENDERED, APPLIED = "rendered", "applied"
KEEP, LEAVE_OUT = "keep", "leave out"
YES, NO = "yes", "no"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that the files don't decide."""

    id: str
    """What an answer is given under."""
    text: str
    choices: tuple[str, ...]
    """What can be answered; where several words can be, in any order, ``ordering`` is set."""
    why: str = ""
    """What it rests on, with files and lines."""
    default: str = ""
    """What an empty answer means; without one nothing is decided by it."""
    ordering: bool = False
    """The answer is all of the choices in an order, with commas between them."""

    def understood(self, answer: str) -> str:
        """The answer as it counts; empty where it is none."""
        said = answer.strip()
        if self.ordering:
            names = [name.strip() for name in said.split(",")]
            return ", ".join(names) if sorted(names) == sorted(self.choices) else ""
        if said.isdecimal() and 0 < int(said) <= len(self.choices) and said not in self.choices:
            return self.choices[int(said) - 1]
        meant = [choice for choice in self.choices if said and choice.startswith(said.lower())]
        return said if said in self.choices else meant[0] if len(meant) == 1 else ""


Answers = Mapping[str, str]
"""Question's id → an answer, as ``Question.understood`` returns it."""


def root_question(looked: Looked) -> Question | None:
    """Which of several clusters is meant."""
    if len(looked.roots) < 2:
        return None
    why = "; ".join(f"{one.reason.place}: {one.reason.text}" for one in looked.roots)
    return Question(ROOT, "Flux begins in several places: which is this cluster's?", _shown_paths(looked.roots), why)


def _shown_paths(roots: Sequence[FoundRoot]) -> tuple[str, ...]:
    return tuple(one.path or "." for one in roots)


def environment_id(helmfile: Helmfile) -> str:
    """Helmfiles with the same environments are asked about once."""
    return f"environment of {', '.join(helmfile.environments)}"


def environment_questions(helmfiles: Sequence[Helmfile], root: FoundRoot | None) -> Iterator[Question]:
    """Which environment is meant, where several are named and none is the default; likely the cluster's own name."""
    cluster = posixpath.basename(root.path) if root else ""
    by_id: dict[str, list[Helmfile]] = {}
    for one in {helmfile.path: helmfile for helmfile in helmfiles}.values():
        if len(one.environments) > 1 and "default" not in one.environments:
            by_id.setdefault(environment_id(one), []).append(one)
    for name, found in by_id.items():
        why = f"{', '.join(one.path for one in found)}: no default"
        default = cluster if cluster in found[0].environments else ""
        text = "Which environment of the helmfiles is this cluster's?"
        yield Question(name, text, found[0].environments, why, default)


def crd_id(helmfile: Helmfile) -> str:
    """What the answer to whether a helmfile is only rendered is kept under."""
    return f"use of {helmfile.path}"


def crd_questions(helmfiles: Sequence[Helmfile]) -> Iterator[Question]:
    """Whether a helmfile that is named after CRDs, and could be applied, is."""
    for one in helmfiles:
        if "crd" in one.path.rpartition("/")[2].lower():
            why = f"{one.path}: its name says CRDs, and nothing in it keeps it from being applied"
            yield Question(crd_id(one), f"Is {one.path} applied, or only rendered?", (RENDERED, APPLIED), why)


def owner_id(group: Group) -> str:
    """What the answer to whether a component that Argo CD deploys too is left out is kept under."""
    return f"owner of {group.component}"


def owner_questions(looked: Looked, found: Sequence[Group]) -> Iterator[Question]:
    """Whose a component is that Argo CD deploys as well."""
    for group in found:
        folder = folder_of(group.helmfile.path)
        for other in looked.others:
            if folder and folder in [path.strip("./") for path in other.paths]:
                why = f"{other.place}: {other.name} deploys {folder} too"
                text = f"Is {group.component} put there by helmfile, or by Argo CD alone?"
                yield Question(owner_id(group), text, (KEEP, LEAVE_OUT), why)
                break


def context_question(contexts: Sequence[Remark]) -> Question | None:
    """Whether only the context that the helmfiles name may be used."""
    names = tuple(dict.fromkeys(one.text for one in contexts))
    if len(names) != 1 or not is_known(names[0]):
        return None
    why = f"{contexts[0].place}: kubeContext: {names[0]}"
    return Question(CONTEXT, "The helmfiles are meant for one context: refuse any other?", (names[0], NONE), why)


def order_question(ordered: Sequence[Group], readme: Remark | None) -> Question:
    """In which order components come up that nothing puts into one."""
    names = tuple(group.component for group in ordered)
    why = "nothing puts all of them into an order: so they stand in the helmfiles"
    if readme is not None:
        why += f"; {readme.place} {readme.text}, which is only a hint"
    return Question(ORDER, "In which order do they come up?", names, why, ", ".join(names), ordering=True)


def bootstrap_question(root: FoundRoot) -> Question:
    """How Flux is put on the cluster, where no URL says so."""
    why = f"{root.reason.place}: {root.reason.text}, and no file says where Git is"
    return Question(BOOTSTRAP, "How is Flux put on this cluster?", (*PROVIDERS, NONE), why)


def personal_question(bootstrap: BootstrapSettings) -> Question:
    """Whether the owner is a person: flux takes them for an organisation otherwise."""
    why = "flux bootstrap takes an owner for an organisation unless it is told; no file says which it is"
    return Question(PERSONAL, f"Is {bootstrap.owner} a user, and no organisation or group?", (YES, NO), why)
