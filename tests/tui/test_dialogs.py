"""What the dialogs say, from a question to its rows."""

from __future__ import annotations

import re
from dataclasses import replace

from runners.asks import Work
from runners.layers import commands as c
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.hooks import Hook
from runners.layers.kinds.base import Tone
from runners.layers.plans import Change, ObjectChange, ObjectRef, ReleaseAction, ReleasePlan
from tests.tui.still_session import HOME
from tests.tui.test_screen_pictures import UNINSTALL, UPGRADE, asked, plan
from tui import dialogs
from widgets.confirm import Dialog, Readiness


def row(dialog: Dialog, label: str) -> tuple[str, ...]:
    return tuple(text for found in dialog.rows if found.label == label for text, _tone in found.lines)


def test_a_change_names_cluster_plan_binding_and_command_and_asks_for_no_word() -> None:
    dialog = dialogs.question(asked(plan(UPGRADE), "longhorn"))
    assert row(dialog, "cluster") == ("home · https://10.0.0.10:6443 · uid 41c7…",)
    assert row(dialog, "plan")[0] == "1 release: longhorn 1.11.2 → 1.12.1; 1 object comes, 2 change, 0 go"
    (bound,) = row(dialog, "bound to")
    assert re.fullmatch(r"longhorn revision 7 · 2 files · commit 3d2789e · at \d\d:\d\d:\d\d", bound)
    assert row(dialog, "gate") == ("open: nothing speaks against this step",)
    assert (dialog.typed, dialog.readiness) == ("", Readiness.READY)


def test_what_destroys_says_so_and_asks_for_the_context() -> None:
    dialog = dialogs.question(asked(plan(UNINSTALL), "minio"))
    assert dialog.typed == "home"
    assert any("is uninstalled" in text for text in row(dialog, "destroys"))
    assert "CustomResourceDefinition tenants.minio.min.io is removed" in row(dialog, "destroys")


def test_an_override_asks_for_the_context_and_names_what_it_overrides() -> None:
    closed = Finding("longhorn", Severity.BLOCKER, "is failed", "see to it first")
    dialog = dialogs.question(asked(plan(UPGRADE), "minio", closed))
    assert dialog.typed == "home"
    assert "✖ longhorn: is failed → see to it first" in row(dialog, "gate")
    assert [found.label for found in dialog.rows][:3] == ["cluster", "gate", "plan"], "it is in view on 24 lines"


def test_a_long_list_never_hides_a_removal() -> None:
    many = tuple(ObjectChange(ObjectRef("ConfigMap", "ns", f"new-{at}"), Change.ADDED) for at in range(40))
    gone = ObjectChange(ObjectRef("ConfigMap", "ns", "zz-old"), Change.REMOVED)
    lines = row(dialogs.question(asked(plan(replace(UPGRADE, changes=(*many, gone))), "longhorn")), "plan")
    assert lines[1] == "- ConfigMap ns/zz-old"
    assert "and 35 more" in lines[-1]


def test_uncommitted_files_are_said_with_the_commit() -> None:
    dialog = dialogs.question(asked(plan(UPGRADE, commit="3d2789eb2958 + changes"), "longhorn"))
    assert "commit 3d2789e + changes" in row(dialog, "bound to")[0]


def test_where_there_is_no_way_back_none_is_promised() -> None:
    fresh = replace(UPGRADE, action=ReleaseAction.INSTALL, revision=0, installed_version="")
    same = replace(UPGRADE, installed_version=UPGRADE.version)

    def undo(release: ReleasePlan, component: str) -> tuple[str, ...]:
        made = replace(plan(release), component=component)
        return row(dialogs.question(asked(made, component)), "undo")

    assert undo(fresh, "longhorn") == ("none: nothing was installed before",)
    assert undo(UPGRADE, "longhorn") == ("none: longhorn never goes back to an older version",)
    assert undo(same, "longhorn") == undo(UPGRADE, "minio") == (c.APPLY.undo,)


def test_a_flux_change_says_what_it_does_and_how_it_is_undone() -> None:
    target = c.Target(kind="Kustomization", namespace="flux-system", name="apps")
    ask = replace(asked(plan(UPGRADE), "x"), command=c.SUSPEND, target=target, plan=None, gate=GateAnswer())
    dialog = dialogs.question(ask)
    assert dialog.title == "Suspend Kustomization flux-system/apps"
    assert row(dialog, "does") == (c.SUSPEND.help,)
    assert row(dialog, "undo") == ("resume",)


def test_a_call_that_only_machines_can_read_is_told_in_words_and_leaves_the_gate_in_view() -> None:
    claims = tuple(f"apps/photos-{number}: 10Gi of 2027-01-14 02:00 UTC" for number in range(27))
    work = Work(
        ("python", "-I", "start.py", "restore", *("{" + "x" * 300 + "}" for _ in claims)),
        words=claims,
        read_as="27 volumes",
    )
    ask = replace(asked(plan(UPGRADE), "longhorn"), command=c.RESTORE, plan=None, work=work)
    dialog = dialogs.question(ask)
    assert row(dialog, "does") == (c.RESTORE.help, *claims[:6], "and 21 more")
    assert row(dialog, "command") == ("Bedplate's own: restore 27 volumes",)
    bare = dialogs.question(replace(ask, work=Work(("python", "-I", "start.py", "hold", "jobs/nightly"))))
    assert row(bare, "command") == ("Bedplate's own: hold jobs/nightly",)


def test_a_refusal_keeps_the_question_and_gives_the_reasons() -> None:
    question = dialogs.question(asked(plan(UPGRADE), "longhorn"))
    refused = dialogs.refused(question, ("plan: a file changed",))
    assert (refused.readiness, refused.reasons, refused.rows) == (
        Readiness.REFUSED,
        ("plan: a file changed",),
        question.rows,
    )


def test_before_the_cluster_answered_the_dialog_names_none() -> None:
    dialog = dialogs.preparing(c.APPLY, c.Target(component="longhorn"), None)
    assert dialog.rows == ()
    assert dialogs.preparing(c.APPLY, c.Target(component="longhorn"), HOME).rows[0].lines[0][1] is Tone.PLAIN


def test_hooks_are_listed_before_anything_runs_those_that_a_plan_runs_first() -> None:
    hooks = (
        Hook(("postsync",), "kubectl apply -f pools.yaml", "longhorn-system/longhorn"),
        Hook(("prepare",), "./fetch"),
    )
    asking = asked(replace(plan(UPGRADE), hooks_written=hooks), "longhorn")
    lines = ("prepare: ./fetch", "postsync: kubectl apply -f pools.yaml (longhorn-system/longhorn)")
    assert row(dialogs.question(asking), "hooks") == lines
    question = dialogs.hooks_question(c.Target(component="longhorn"), ("prepare",), hooks * 4, "home")
    assert row(question, "hooks")[0] == "prepare: ./fetch"
    assert row(question, "hooks")[-1] == "and 2 more"
    other = replace(plan(UPGRADE), hooks_written=hooks, selected=("longhorn-system/other",))
    assert row(dialogs.question(asked(other, "longhorn")), "hooks") == ("prepare: ./fetch",)
