"""What a plan means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.findings import GateAnswer, Severity
from runners.layers.identity import Identity
from runners.layers.plan_rules import (
    danger,
    differences,
    is_longhorn,
    named,
    repair_findings,
    summary,
    what_it_destroys,
)
from runners.layers.plans import Change, Comparison, Danger, ObjectChange, ObjectRef, Plan, ReleaseAction, ReleasePlan
from tests.layers.plan_examples import HOME, against, plan, ref, release


def closing(shown: Plan, *, protected: bool = False) -> list[str]:
    answer = GateAnswer(against(shown, protected=protected))
    assert all(not finding.overridable for finding in answer.closed_by)
    return [f"{finding.subject} {finding.text}" for finding in answer.closed_by]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (plan(), Danger.READS),
        (plan(release(action="nothing")), Danger.READS),
        (plan(release(action="install", changes=("+Deployment a/b",))), Danger.CHANGES),
        (plan(release(changes=("~CustomResourceDefinition x", "-Deployment a/b"))), Danger.CHANGES),
        (plan(release(changes=("-CustomResourceDefinition x",))), Danger.DESTROYS),
        (plan(release(changes=("-PersistentVolumeClaim a/b",))), Danger.DESTROYS),
        (plan(release(changes=("-StorageClass b",))), Danger.DESTROYS),
        (plan(release(changes=("-Namespace b",))), Danger.DESTROYS),
        (plan(release(changes=("-Tenant a/b",))), Danger.DESTROYS),
        (plan(release(action="uninstall")), Danger.DESTROYS),
    ],
)
def test_the_danger_comes_from_what_it_would_do(shown: Plan, expected: Danger) -> None:
    assert danger(shown) is expected


def test_what_it_destroys_is_named() -> None:
    shown = plan(
        release("a", action="uninstall", changes=("-Deployment n/x", "-PersistentVolumeClaim n/data")),
        release("b", changes=("-StorageClass fast",)),
    )
    assert what_it_destroys(shown) == (
        "release longhorn-system/a is uninstalled, with 2 objects",
        "PersistentVolumeClaim n/data is removed",
        "StorageClass fast is removed",
    )


def test_a_good_plan_closes_nothing() -> None:
    assert closing(plan(release(changes=("~Deployment a/b",))), protected=True) == []


def test_a_helmfile_for_another_cluster_closes_it() -> None:
    shown = replace(plan(release()), foreign_contexts=("prod",))
    assert closing(shown) == ["longhorn/helmfile.yaml is meant for the context prod, and this is home"]


@pytest.mark.parametrize("status", ["pending-install", "pending-upgrade", "pending-rollback", "uninstalling"])
def test_a_release_that_someone_is_changing_closes_it(status: str) -> None:
    assert status in closing(plan(release(status=status)))[0]


def test_a_failed_release_does_not() -> None:
    assert closing(plan(release(status="failed"))) == []


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (release("web", action="uninstall"), "release longhorn-system/web would be uninstalled"),
        (release("web", changes=("-CustomResourceDefinition v.example.org",)), "v.example.org would be removed"),
        (release("web", changes=("-Namespace web",)), "Namespace web would be removed"),
        (release("web", versions=("1.12.1", "1.11.2")), "1.12.1 → 1.11.2 is a downgrade"),
        (release("web", versions=("2.0.0", "1.9.0")), "2.0.0 → 1.9.0 is a downgrade"),
        (release("web", versions=("1.10.2", "1.12.1")), "1.10.2 → 1.12.1 skips 1.11"),
    ],
)
def test_what_is_protected_can_not_be_overridden(shown: ReleasePlan, words: str) -> None:
    (sentence,) = closing(plan(shown), protected=True)
    assert words in sentence
    assert closing(plan(shown)) == []
    (sentence,) = closing(replace(plan(replace(shown, chart="longhorn/longhorn")), component="storage"))
    assert words in sentence


@pytest.mark.parametrize(
    "chart",
    [
        "longhorn",
        "longhorn/longhorn",
        "../charts/longhorn/",
        "oci://charts.example.org/longhorn:1.12.1",
        "../charts/longhorn-1.12.1.tgz",
        "../longhorn.tgz",
        "git::https://git.example.org/r@charts/longhorn?ref=topic/x",
    ],
)
def test_longhorn_is_known_by_its_chart(chart: str) -> None:
    assert is_longhorn(replace(release("storage"), namespace="storage", chart=chart))


def test_longhorn_is_known_by_its_place_and_by_what_it_brings() -> None:
    assert is_longhorn(replace(release(), chart="../mine"))
    crd = "CustomResourceDefinition volumes.longhorn.io"
    assert is_longhorn(release("storage", hashes=(f"{crd}=1",)))
    assert is_longhorn(release("storage", changes=(f"-{crd}",)))
    assert not is_longhorn(release("storage", hashes=("ConfigMap a/volumes.longhorn.io=1",)))
    assert not is_longhorn(replace(release("longhorn-ui"), chart="longhorn/longhorn-ui"))
    assert not is_longhorn(replace(release(), namespace="other", chart="longhorn/other"))


def test_only_longhorns_release_is_protected_among_others() -> None:
    shown = plan(release("web", action="uninstall"), release(action="uninstall"))
    assert [words.partition(" would")[0] for words in closing(shown)] == ["release longhorn-system/longhorn"]


@pytest.mark.parametrize(
    ("shown", "severity", "words"),
    [
        (release(action="install"), Severity.BLOCKER, "would be installed: the helmfile asks for something else"),
        (release(action="uninstall"), Severity.BLOCKER, "would be uninstalled: the helmfile asks for something else"),
        (release(), Severity.BLOCKER, "would go 1.11.2 → 1.12.1: the helmfile asks for something else"),
        (release(versions=("1.12.1", "")), Severity.WARNING, "1.12.1 → an unknown version"),
        (release(versions=("1.2.3", "1.2.3"), changes=("+ConfigMap a/b",)), Severity.WARNING, "1 object would change"),
    ],
)
def test_a_repair_puts_back_what_is_installed_and_nothing_else(
    shown: ReleasePlan, severity: Severity, words: str
) -> None:
    (finding,) = repair_findings(plan(shown, release("still", action="nothing")))
    assert finding.severity is severity
    assert words in finding.text
    assert finding.overridable == (severity is Severity.WARNING)
    assert severity is Severity.WARNING or finding.remedy == "that is an apply (a)"


def test_a_release_that_did_not_finish_is_repaired_without_a_word() -> None:
    assert repair_findings(plan(release(status="failed", versions=("1.2.3", "1.2.3")))) == ()


ON = {"orphan-resource-auto-deletion": "replica-data"}


@pytest.mark.parametrize(
    ("action", "settings", "old_disks", "live", "expected"),
    [
        ("install", ON, True, {}, Severity.BLOCKER),
        ("upgrade", {"orphan-resource-auto-deletion": "instance;replica-data"}, True, {}, Severity.BLOCKER),
        ("upgrade", ON, True, ON, Severity.BLOCKER),
        ("install", {"orphan-auto-deletion": "true"}, True, {}, Severity.BLOCKER),
        ("install", {"orphan-auto-deletion": "1"}, True, {}, Severity.BLOCKER),
        ("install", ON, False, {}, Severity.WARNING),
        ("upgrade", ON, False, {"orphan-resource-auto-deletion": ""}, Severity.WARNING),
        ("upgrade", ON, False, ON, None),
        ("nothing", ON, True, {}, None),
        ("install", {"orphan-resource-auto-deletion": "instance"}, True, {}, None),
        ("install", {"orphan-auto-deletion": "0"}, True, {}, None),
        ("install", {"default-replica-count": "2"}, True, {}, None),
        ("install", {}, True, {}, None),
        ("upgrade", {}, True, ON, Severity.BLOCKER),
        ("upgrade", {}, False, ON, None),
    ],
)
def test_values_that_delete_replicas_are_stopped_where_old_disks_may_live(
    action: str, settings: dict[str, str], old_disks: bool, live: dict[str, str], expected: Severity | None
) -> None:
    shown = plan(replace(release(action=action), longhorn_settings=settings))
    told = against(shown, old_disks="the old disks" if old_disks else "", settings=live)
    found = [one for one in told if "replicas that no volume knows" in one.text]
    assert [one.severity for one in found] == ([expected] if expected else [])
    assert all(one.overridable for one in found)
    assert all("defaultSettings.orphan" in one.remedy for one in found if settings)
    says_none = any("sets no orphan deletion" in one.text for one in told)
    assert says_none == (old_disks and expected is None and action != "nothing")


def test_what_is_not_on_record_is_remarked() -> None:
    dirty = against(replace(plan(), commit="3d2789e + changes"))
    none = against(replace(plan(), commit=""))
    assert [finding.severity for finding in (*dirty, *none)] == [Severity.NOTE, Severity.NOTE]
    recorded = against(plan(replace(release(), compared=Comparison.RECORDED)))
    assert "changes by hand don't show" in recorded[0].text


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (plan(), "nothing to do: 0 releases are as the helmfile asks"),
        (plan(release(action="nothing")), "nothing to do: 1 release is as the helmfile asks"),
        (
            plan(release(changes=tuple(f"~Deployment a/{n}" for n in range(14)))),
            "1 release: longhorn 1.11.2 → 1.12.1; 14 objects change, 0 go",
        ),
        (
            plan(release(versions=("1.12.1", "1.12.1"), changes=("~Deployment a/b", "-StorageClass c"))),
            "1 release: longhorn 1.12.1; 1 object changes, 1 goes",
        ),
        (
            plan(
                release("operator", action="install", changes=("+Deployment a/b",), versions=("", "7.1.1")),
                release("old", action="uninstall", changes=("-Deployment a/c", "-Deployment a/d")),
                release("still", action="nothing"),
            ),
            "2 releases: operator 7.1.1 (new), old 1.11.2 is uninstalled; 1 object comes, 0 change, 2 go",
        ),
    ],
)
def test_a_plan_is_one_line(shown: Plan, words: str) -> None:
    assert summary(shown) == words


def test_names_are_counted_when_they_are_many() -> None:
    assert named(ref(f"Pod a/{n}") for n in range(7)) == "Pod a/0, Pod a/1, Pod a/2, Pod a/3, Pod a/4 and 2 more"
    assert named(()) == ""


SHOWN = plan(release(hashes=("ConfigMap a/b=1", "Secret a/p=2")))


@pytest.mark.parametrize(
    ("now", "sentences"),
    [
        (replace(SHOWN, made=99.0, output="x"), ()),
        (replace(SHOWN, commit="91ab02c"), ("the commit was 3d2789e and is 91ab02c",)),
        (replace(SHOWN, commit=""), ("the commit was 3d2789e and is none",)),
        (
            replace(SHOWN, identity=Identity("home", HOME.server, "9999")),
            ("this is another cluster: the uid of kube-system was 41c7 and is 9999",),
        ),
        (replace(SHOWN, identity=replace(HOME, context="away")), ("the context was home and is away",)),
        (replace(SHOWN, hooks=("prepare",)), ("the list of hooks was empty and is prepare",)),
        (replace(SHOWN, environment="prod"), ("the environment was default and is prod",)),
        (
            replace(SHOWN, inputs={"longhorn/helmfile.yaml": "zz", "new.yaml": "1"}),
            ("longhorn/helmfile.yaml was changed", "longhorn/values.yaml is gone", "new.yaml is new"),
        ),
        (
            replace(SHOWN, releases=(*SHOWN.releases, release("b"))),
            ("release longhorn-system/b is new in the helmfile",),
        ),
        (replace(SHOWN, releases=()), ("release longhorn-system/longhorn is not in the helmfile any more",)),
    ],
)
def test_differences_are_sentences(now: Plan, sentences: tuple[str, ...]) -> None:
    assert differences(SHOWN, now) == sentences


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (replace(SHOWN.releases[0], revision=8), "its revision was 7 and is 8"),
        (replace(SHOWN.releases[0], status="failed"), "its status was deployed and is failed"),
        (replace(SHOWN.releases[0], chart="x"), "its chart was ../charts/longhorn and is x"),
        (replace(SHOWN.releases[0], version=""), "its version was 1.12.1 and is unknown"),
        (release(hashes=("ConfigMap a/b=9", "Secret a/p=2")), "ConfigMap a/b would be different"),
        (release(hashes=("ConfigMap a/b=1",)), "Secret a/p would be missing"),
        (release(hashes=("ConfigMap a/b=1", "Secret a/p=2", "Job a/j=1")), "Job a/j would be there too"),
    ],
)
def test_differences_of_a_release_are_sentences(now: ReleasePlan, words: str) -> None:
    assert differences(SHOWN, plan(now)) == (f"release longhorn-system/longhorn: {words}",)


def test_what_is_random_is_no_difference() -> None:
    shown = plan(replace(SHOWN.releases[0], random=frozenset([ref("Secret a/p")])))
    assert differences(shown, plan(release(hashes=("ConfigMap a/b=1", "Secret a/p=9")))) == ()
    # With a random name it is another object each time.
    named_anew = plan(release(hashes=("ConfigMap a/b=1", "Secret a/q=9")))
    assert differences(shown, named_anew) == ()


_WORDS = st.text("ab", max_size=2)
_REFS = st.builds(ObjectRef, _WORDS, _WORDS, _WORDS, _WORDS)
_RELEASES = st.builds(
    ReleasePlan,
    name=_WORDS,
    namespace=_WORDS,
    action=st.sampled_from(ReleaseAction),
    chart=_WORDS,
    revision=st.integers(0, 2),
    status=_WORDS,
    installed_version=_WORDS,
    version=_WORDS,
    changes=st.lists(st.builds(ObjectChange, _REFS, st.sampled_from(Change)), max_size=3).map(tuple),
    hashes=st.dictionaries(_REFS, _WORDS, max_size=3),
    random=st.frozensets(_REFS, max_size=2),
    beside=st.frozensets(_REFS, max_size=2),
    compared=st.sampled_from(Comparison),
)
_PLANS = st.builds(
    Plan,
    component=_WORDS,
    helmfile=_WORDS,
    environment=_WORDS,
    identity=st.builds(Identity, _WORDS, _WORDS, _WORDS, _WORDS),
    releases=st.lists(_RELEASES, max_size=2).map(tuple),
    inputs=st.dictionaries(_WORDS, _WORDS, max_size=2),
    commit=_WORDS,
    made=st.just(0.0),
)


@given(_PLANS)
def test_a_plan_never_differs_from_itself(shown: Plan) -> None:
    assert differences(shown, shown) == ()


@given(_PLANS, _PLANS)
def test_differences_are_the_same_in_number_from_both_sides(one: Plan, other: Plan) -> None:
    assert bool(differences(one, other)) == bool(differences(other, one))


@given(_PLANS, st.booleans())
def test_every_plan_can_be_judged_and_told(shown: Plan, protected: bool) -> None:
    assert "\n" not in summary(shown)
    against(shown, protected=protected)
    repair_findings(shown)
    assert (danger(shown) is Danger.DESTROYS) == bool(what_it_destroys(shown))
