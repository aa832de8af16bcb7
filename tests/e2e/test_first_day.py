"""The first day on a real cluster, in the walkthrough and by keyboard: from an empty cluster to a verified one."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from runners.layers.claim_probe.objects import NAMESPACE
from tests.e2e.desk import Desk
from tests.e2e.leases import lease_holder
from tests.e2e.mishaps import Killing, dice
from tests.e2e.terminal import EndedError, Terminal
from tests.e2e.walker import Deed, Walker, standing
from tests.rig.git_server import git
from tests.rig.minio import Minio, minio
from tests.rig.stage import Stage
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

BUCKET = "first-day"
CONFIG = """\
foundation:
  - component: longhorn
    helmfile: longhorn/helmfile.yaml
    namespaces: [longhorn-system]
  - component: minio
    helmfile: minio/helmfile.yaml
    namespaces: [minio-operator, minio-tenant]
    after: [longhorn]
    s3: {{bucket: {bucket}, endpoint: "{url}", credentials: longhorn-system/backup-credential}}
keys:
  - {{secret: longhorn-system/backup-credential, from: {{file: ../keys/longhorn.yaml}}, before: longhorn}}
  - {{secret: flux-system/sops-age, from: {{file: ../keys/flux.yaml}}, before: flux}}
"""
KEY = """\
apiVersion: v1
kind: Namespace
metadata: {{name: {namespace}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: {namespace}}}
stringData: {data}
"""
RELEASES = {"longhorn", "minio-operator", "minio-tenant"}
RUNS = ("apply longhorn", "apply minio", "bootstrap", "probe claim longhorn", "probe s3 minio")
"""What a first day runs, each once."""


class Day:
    """A stage, and the desks at which people work on it; what is in no repository lies beside theirs."""

    def __init__(self, stage: Stage, store: Minio, folder: Path) -> None:
        self.stage = stage
        self.store = store
        self.rig = stage.rig
        self._folder = folder
        self.desks: list[Desk] = []

    def desk(self, user: str) -> Desk:
        """Another person's machine."""
        made = Desk(self._folder / user, self.stage.repository, self.stage.environ, user=user)
        self.desks.append(made)
        return made

    def by_hand(self, walker: Walker) -> Mapping[str, Deed]:
        """What a person does in another terminal, by the command that the step says."""

        def put(user: str) -> None:
            command = f"kubectl --context rig apply -f ../keys/{user}.yaml"
            walker.sees(f"$ {command}")
            done = self.rig.run(*command.split(), cwd=self.stage.repository)
            assert done.returncode == 0, done.stderr

        return {f"Keys for {user}": partial(put, user) for user in ("longhorn", "flux")}

    def events(self, event: str) -> list[dict[str, object]]:
        """The journal's lines of one event, of everybody."""
        return [line for desk in self.desks for line in desk.journal(event)]

    def started(self) -> Counter[str]:
        """How often each run was started, by whomever."""
        return Counter(run.title for desk in self.desks for run in desk.started())

    def told(self) -> str:
        """How each run ended, and the end of its log: a run that failed may be done again."""
        lines = []
        for desk in self.desks:
            for run in desk.runs.records():
                tail = desk.runs.log_path(run.id).read_text()[-600:]
                lines.append(f"{desk.state}: {run.title} {run.state.value} {run.exit_code}\n{tail}")
        return "\n".join(lines)


@pytest.fixture(scope="module")
def store() -> Iterator[Minio]:
    with minio() as server:
        server.make_bucket(BUCKET)
        yield server


@pytest.fixture
def day(store: Minio, tmp_path: Path) -> Iterator[Day]:
    s3 = json.dumps({"AWS_ACCESS_KEY_ID": store.key, "AWS_SECRET_ACCESS_KEY": store.secret})
    with Stage(storage_delay=0.5, config=CONFIG.format(bucket=BUCKET, url=store.url)) as stage:
        keys = stage.repository.parent / "keys"
        keys.mkdir()
        backup = KEY.format(namespace="longhorn-system", name="backup-credential", data=s3)
        (keys / "longhorn.yaml").write_text(backup)
        age = KEY.format(namespace="flux-system", name="sops-age", data='{"age.agekey": "not a key"}')
        (keys / "flux.yaml").write_text(age)
        yield Day(stage, store, tmp_path)


def test_from_an_empty_cluster_to_a_verified_one(day: Day) -> None:
    with day.desk("ada").open() as terminal:
        walker = _comes(day, terminal)
        walker.walks(own=day.by_hand(walker))
        walker.sees("time to storage")
        _leaves(walker)
    in_order = ["The right cluster", "Keys for longhorn", "longhorn", "minio", "Keys for flux", "Flux"]
    assert walker.did[: len(in_order)] == in_order
    _is_done(day)
    assert sorted(f"{line['command']} {line['target']}".strip() for line in day.events("started")) == sorted(RUNS)
    assert {line["found"][0] for line in day.events("ended")} >= {f"{name}: ended 0" for name in RUNS}  # type: ignore[index]
    proved = dict.fromkeys(line["step"] for line in day.events("proved"))
    in_order = ["keys:longhorn", "foundation:longhorn", "foundation:minio", "keys:flux", "flux", "services"]
    assert [step for step in proved if step in in_order] == in_order


def test_a_colleague_goes_on_after_a_kill_at_any_moment(day: Day) -> None:
    desk = day.desk("ada")
    with desk.open() as terminal:
        ada = _comes(day, terminal)
        with Killing(terminal, *_a_moment(desk, ada)), pytest.raises(EndedError):
            ada.walks(own=day.by_hand(ada))
    going_on = [run.title for run in desk.runs.records() if not run.state.ended]
    with day.desk("bob").open() as terminal:
        bob = _comes(day, terminal)
        bob.walks(own=day.by_hand(bob))
        _leaves(bob)
    print(f"ada did {ada.did}, and left running: {going_on}; bob did {bob.did}")
    assert "The right cluster" not in bob.did
    _is_done(day)


def _a_moment(desk: Desk, walker: Walker) -> tuple[Callable[[], bool], float]:
    """Some time after one of the runs began, or after one of the steps was come to; never in the very end."""
    chance = dice()
    count, seconds = chance.randint(1, 3), chance.uniform(0, 6)
    if chance.random() < 2 / 3:
        print(f"killed {seconds:.1f} s after run {count} began")
        return lambda: len(desk.runs.records()) >= count, seconds
    number = chance.choice((3, 4, 5, 6, 7))
    print(f"killed {seconds:.1f} s after coming to step {number}")
    return lambda: (at := standing(walker.terminal.text)) is not None and at.number >= number, seconds


def _comes(day: Day, terminal: Terminal) -> Walker:
    walker = Walker(terminal, day.rig)
    walker.opens("Bootstrap")
    return walker


def _leaves(walker: Walker) -> None:
    """Leaves once both layers are healthy and nothing runs."""
    walker.terminal.press("esc")
    for name in ("longhorn", "minio", "flux-system"):
        walker.sees_card(name, "healthy")
    walker.terminal.wait("no run", lambda text: not re.search(r"\d runs?\b", text.splitlines()[0]))
    walker.terminal.press("q")
    assert walker.terminal.wait_for_end() == 0


def _is_done(day: Day) -> None:
    """Both layers are there by the cluster's and the journals' word, and nothing was done twice."""
    assert day.started() == Counter(RUNS), day.told()
    rig = day.rig
    listed = json.loads(rig.run("helm", "list", "-A", "-a", "-o", "json").stdout)
    assert {(each["name"], each["revision"], each["status"]) for each in listed} == {
        (name, "1", "deployed") for name in RELEASES
    }
    assert rig.kubectl("get", "storageclass", "-o", "name").split() == ["storageclass.storage.k8s.io/longhorn"]
    head = day.stage.server.head()
    applied = rig.kubectl(
        "get", "kustomization", "-A", "-o", "jsonpath={range .items[*]}{.status.lastAppliedRevision} {end}"
    )
    assert {revision.rpartition(":")[2] for revision in applied.split()} == {head}
    subjects = git("log", "--format=%s", cwd=day.stage.server.bare).splitlines()
    assert [subject.startswith("Add Flux") for subject in subjects] == [True, True, False]
    assert not rig.kubectl("get", "pods,pvc", "-n", NAMESPACE, "--ignore-not-found", "-o", "name")
    assert not [path for path in (day.store.disk / BUCKET).rglob("*") if path.is_file()]
    until("the Lease is given back", lambda: not lease_holder(day.rig))
    assert [desk.left_behind() for desk in day.desks] == [[] for _desk in day.desks]
