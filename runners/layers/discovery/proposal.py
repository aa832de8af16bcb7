"""Puts together what a repository says of the two layers: proposed settings with their reasons, and open questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from runners.layers.components import KNOWN
from runners.layers.discovery import questions as q
from runners.layers.discovery.components import Group, component_of, groups, with_names_of_their_own
from runners.layers.discovery.documents import Files
from runners.layers.discovery.git_places import bootstrap_for
from runners.layers.discovery.helmfiles import Helmfile, Remark
from runners.layers.discovery.look import Looked, look, look_from
from runners.layers.discovery.order import edges, is_decided, readme_order, sorted_out
from runners.layers.discovery.owners import OwnedRelease, owned
from runners.layers.discovery.questions import Answers, Question
from runners.layers.discovery.reach import Reached
from runners.layers.discovery.remarks import notices, remarks
from runners.layers.discovery.roots import FoundRoot, How
from runners.layers.findings import Finding
from runners.layers.gitops_settings import OPERATOR, BootstrapSettings
from runners.layers.picture import Layer
from runners.layers.settings import FoundationEntry, Ownership, Settings

_HAS_OWNERS = ("github", "gitlab", "gitea")
"""Providers whose owner may be a user or an organisation."""


@dataclass(frozen=True)
class Discovery:
    """What was found in a repository, and what it comes to."""

    settings: Settings
    """As far as they are decided."""
    looked: Looked
    root: FoundRoot | None
    """Where Flux begins for this cluster; None where there is no such place, or which of several is not decided."""
    releases: tuple[OwnedRelease, ...]
    """Every release that the repository speaks of, and whose it is for this cluster."""
    reached: tuple[Reached, ...]
    """What Flux manages for this cluster; from every root while it is not decided which is meant."""
    decrypts: tuple[Remark, ...]
    """Each Secret (``namespace/name``) that Flux decrypts with: it has to be there first, and Git can't say whence."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Place in bedplate.yaml (``gitops.path``, ``longhorn.after``) → why it is proposed so, with file and line."""
    questions: tuple[Question, ...] = ()
    """What is not decided yet."""
    findings: tuple[Finding, ...] = ()
    """What is odd, unreadable, or only known to helmfile itself."""


def discover(files: Files, answers: Answers | None = None, remote: str = "") -> Discovery:
    """What a repository's files come to, with the answers that a person has given so far."""
    return propose(look(files, remote), answers or {})


def seen_with(looked: Looked, settings: Settings) -> Discovery:
    """A repository seen with what bedplate.yaml has decided: the root that is meant, and no other."""
    path = settings.gitops_path
    return propose(looked if path is None else look_from(looked, path), {})


def propose(looked: Looked, answers: Answers) -> Discovery:
    """The same for a repository that has been looked at."""
    desk = _Desk(looked, answers)
    root = desk.root()
    reached = tuple(each for each, one in zip(looked.reached, looked.roots, strict=True) if root in (None, one))
    desk.releases = owned([release for one in looked.callables for release in one.releases], reached)
    entries = desk.foundation(root)
    bootstrap = desk.bootstrap(root)
    services = desk.services()
    desk.ask_order()
    found = tuple(remarks(looked, root, desk.releases, reached, desk.circles))
    settings = Settings(
        origin=_origin(entries, looked.roots),
        context=desk.context(),
        foundation=entries,
        bootstrap=bootstrap,
        gitops_path=root.path if root else None,
        gitops_components=services,
    )
    decrypts = tuple({one.text: one for each in reached for one in each.decrypts}.values())
    open_ones = tuple(desk.open)
    settings = replace(settings, notices=tuple(notices(looked, settings, found, open_ones)))
    return Discovery(settings, looked, root, desk.releases, reached, decrypts, desk.reasons, open_ones, found)


class _Desk:
    """Decides one thing after another, and keeps the reasons and the questions."""

    def __init__(self, looked: Looked, answers: Answers) -> None:
        self._looked, self._answers = looked, answers
        self.reasons: dict[str, str] = {}
        self.open: list[Question] = []
        self.circles: tuple[tuple[str, str], ...] = ()
        self.releases: tuple[OwnedRelease, ...] = ()
        self._order: Question | None = None

    def _ask(self, question: Question | None) -> str:
        """The answer to a question; without one it stays open."""
        if question is None:
            return ""
        answer = question.understood(self._answers.get(question.id, ""))
        if not answer:
            self.open.append(question)
        return answer

    def foundation(self, root: FoundRoot | None) -> tuple[FoundationEntry, ...]:
        """The entries of the foundation, in their order."""
        chosen = self._groups()
        after = edges(self._looked.files, chosen)
        told = self._answers.get(q.ORDER, "")
        ordered, self.circles = sorted_out(chosen, after, [name.strip() for name in told.split(",")])
        if not is_decided(ordered, after):
            self._order = q.order_question(ordered, readme_order(self._looked.files, ordered))
        environments = self._environments([group.helmfile for group in ordered], root)
        entries: list[FoundationEntry] = []
        for group in ordered:
            kept = [edge for edge in after[group.component] if (group.component, edge.after) not in self.circles]
            if kept:
                self.reasons[f"{group.component}.after"] = "; ".join(edge.why for edge in kept)
            entries.append(self._entry(group, environments, tuple(edge.after for edge in kept)))
        return tuple(entries)

    def ask_order(self) -> None:
        """The order is asked last: it is the question with most to read."""
        self._ask(self._order)

    def _groups(self) -> tuple[Group, ...]:
        rendered = {
            question.id for question in q.crd_questions(self._looked.callables) if self._ask(question) != q.APPLIED
        }
        chosen = [one for one in self._looked.callables if q.crd_id(one) not in rendered]
        owners = {(one.namespace, one.name): one.ownership for one in self.releases}
        named = with_names_of_their_own(
            [group for one in chosen for group in groups(one, lambda one: owners[one.namespace, one.name])]
        )
        left = {
            question.id for question in q.owner_questions(self._looked, named) if self._ask(question) == q.LEAVE_OUT
        }
        return tuple(group for group in named if q.owner_id(group) not in left)

    def _environments(self, helmfiles: Sequence[Helmfile], root: FoundRoot | None) -> Mapping[str, str]:
        """Each helmfile's environment, by path."""
        answered = {question.id: self._ask(question) for question in q.environment_questions(helmfiles, root)}
        found: dict[str, str] = {}
        for one in helmfiles:
            alone = one.environments[0] if len(one.environments) == 1 else ""
            found[one.path] = answered.get(q.environment_id(one)) or alone or "default"
        return found

    def _entry(self, group: Group, environments: Mapping[str, str], after: tuple[str, ...]) -> FoundationEntry:
        name, environment = group.component, environments[group.helmfile.path]
        places = [f"{one.file}:{one.line} asks for {one.id} ({one.chart or 'no chart'})" for one in group.releases]
        self.reasons[name] = "; ".join(places) or f"{group.helmfile.path}: its releases are known to helmfile alone"
        if environment != "default":
            names = ", ".join(group.helmfile.environments)
            self.reasons[f"{name}.environment"] = f"{group.helmfile.path} names {names} and no default"
        if group.ownership is Ownership.HANDOVER:
            takers = [one for one in self.releases if one.id in {release.id for release in group.releases}]
            words = "; ".join(f"{one.flux.path}:{one.flux.line}" for one in takers if one.flux is not None)
            self.reasons[f"{name}.ownership"] = f"Flux takes it over: {words}"
        return FoundationEntry(
            component=name,
            helmfile=group.helmfile.path,
            namespaces=group.namespaces,
            environment=environment,
            after=after,
            releases=() if group.whole else tuple(release.id for release in group.releases),
            ownership=group.ownership,
        )

    def root(self) -> FoundRoot | None:
        """Where Flux begins for this cluster."""
        roots = self._looked.roots
        if len(roots) == 1:
            chosen = roots[0]
        else:
            answer = self._ask(q.root_question(self._looked))
            if not answer:
                return None
            chosen = next(one for one in roots if (one.path or ".") == answer)
        self.reasons["gitops.path"] = f"{chosen.reason.place}: {chosen.reason.text}"
        return chosen

    def bootstrap(self, root: FoundRoot | None) -> BootstrapSettings | None:
        """How Flux is put on the cluster; None where that is not decided."""
        if root is None:
            return None
        if root.how is How.INSTANCE:
            self.reasons["gitops.bootstrap"] = "Flux Operator installs Flux from the FluxInstance"
            return BootstrapSettings(OPERATOR, path=root.path)
        url, whence = (root.url, root.reason.file) if root.url else (self._looked.remote, "the checkout's origin")
        found = bootstrap_for(url, root.path, root.branch)
        if found is None:
            provider = self._ask(q.bootstrap_question(root))
            if provider in ("", q.NONE):
                return None
            self.reasons["gitops.bootstrap"] = "as you said; what else it needs is in the README"
            return BootstrapSettings(provider, path=root.path, branch=root.branch or "main")
        self.reasons["gitops.bootstrap"] = f"{whence} names {found.url or f'{found.owner}/{found.repository}'}"
        if found.provider in _HAS_OWNERS:
            answer = self._ask(q.personal_question(found))
            if not answer:
                return None
            return replace(found, personal=answer == q.YES)
        return found

    def services(self) -> tuple[str, ...]:
        """Known components among the releases that are Flux's alone."""
        found: dict[str, str] = {}
        for one in self.releases:
            if one.ownership is Ownership.GITOPS and one.flux is not None:
                name = component_of(one.name, one.flux.chart)
                if name and KNOWN[name].layer is Layer.GITOPS:
                    found.setdefault(name, one.reason)
        if found:
            self.reasons["gitops.components"] = "; ".join(f"{name}: {place}" for name, place in found.items())
        return tuple(sorted(found, key=list(KNOWN).index))

    def context(self) -> str:
        """The only context that may be used, where a person said so."""
        contexts = [context for one in self._looked.callables for context in one.contexts]
        question = q.context_question(contexts)
        answer = self._ask(question)
        if question is None or answer in ("", q.NONE):
            return ""
        self.reasons["context"] = question.why
        return answer


def _origin(entries: Sequence[FoundationEntry], roots: Sequence[FoundRoot]) -> str:
    """Where the settings are from, for the screen to say."""
    count = len({entry.helmfile for entry in entries})
    parts = [f"{count} helmfile{'s' if count != 1 else ''}"] if count else []
    parts += [one.path or "the repository's root" for one in roots]
    return f"found {', '.join(parts)}" if parts else "nothing found"
