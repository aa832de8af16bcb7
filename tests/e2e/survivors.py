"""People on the day after: their desks, what they know and do, and what has become of the cluster."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.leases import lease_holder
from tests.e2e.mishaps import dice
from tests.e2e.person import unwrapped
from tests.e2e.remains import SHEET, Remains, SurvivorsDesk, objects, ready
from tests.e2e.terminal import Terminal
from tests.e2e.walker import Deed, Walker, standing
from tests.rig.git_server import git
from tests.rig.played import PlayedCluster
from tests.rig.waiting import until

DISKS, WHAT = "Are the old disks alive?", "What is restored"
_MANAGER = "kubectl --context rig -n longhorn-system rollout restart daemonset/longhorn-manager"


class Survivor(Walker):
    """Somebody who recovers, and knows where the keys are."""

    def __init__(self, terminal: Terminal, day: Day, desk: SurvivorsDesk) -> None:
        """Takes the screen, the day, and where this person works."""
        super().__init__(terminal, day.cluster.rig)
        self._day = day
        self.desk = desk

    def deeds(self, disks: str = "gone") -> Mapping[str, Deed]:
        """What this person does at steps, beside what the walkthrough leads them to: the disks decide the rest."""
        return {
            DISKS: lambda: self.says_of_the_disks(disks),
            "Keys for longhorn": lambda: self.desk.types("kubectl --context rig apply -f keys/backup.yaml"),
            "Volumes that live": self.restarts_managers,
            WHAT: self.starts_over if disks == "alive" else self.chooses_volumes,
            "Keys for flux": lambda: self.desk.types("cat keys/age.yaml | kubectl --context rig apply -f -"),
            "Report and new sheet": self.writes_a_new_sheet,
        }

    def reads(self, title: str) -> str:
        """Puts the cursor on a step, and back where it was; returns what is said of the step."""
        before = self.stands().title
        text = inside(self.goes_to(title), title)
        self.goes_to(before)
        return text

    def goes_to(self, title: str) -> str:
        """Puts the cursor on a step, and returns the screen."""
        for _ in range(30):
            at = self.stands()
            if at.title == title:
                return self.terminal.wait(f"what is said of {title}", lambda text: f"╭─ {title} ─" in text)
            wanted = re.search(rf"(\d+) {re.escape(title)} ", self.terminal.text)
            assert wanted, f"no step {title}:\n{self.terminal.text}"
            self.terminal.press("down" if int(wanted[1]) > at.number else "up")
            self.terminal.wait("the cursor to move", lambda text, at=at: standing(text) not in (at, None))  # type: ignore[misc]
        raise AssertionError(f"no step {title}:\n{self.terminal.text}")

    def is_told_to_wait(self, title: str) -> None:
        """Tries a step whose time has not come, and is led back to the one that is next."""
        self.goes_to(title)
        self.sees("the steps before it come first")
        self.terminal.press("enter")
        self.terminal.wait(
            "the step that is next", lambda text: (at := standing(text)) is not None and at.state == "ready"
        )

    def takes_back(self, title: str) -> None:
        """Takes back what was decided on a step."""
        self.goes_to(title)
        self.terminal.press("u")
        self.terminal.wait(
            "the decision to go", lambda text: (now := standing(text)) is not None and now.state != "done"
        )

    def answers_with(self, label: str) -> None:
        """Chooses one of the answers that the step under the cursor offers."""
        self.terminal.press("enter")
        self.picks(label)

    def says_of_the_disks(self, disks: str) -> None:
        """Answers, and where they live leaves them as they are."""
        self.answers_with(disks)
        if disks == "alive":
            self.sees("are the last copy of what is newer than its backup")
            self.answers_with("kept")

    def chooses_volumes(self) -> None:
        """Has every claim brought back."""
        self.answers_with("single volumes")
        self.selects_all()

    def starts_over(self) -> None:
        """Has nothing brought back."""
        self.answers_with("nothing")
        self.confirms_by_a_word(WHAT, "nothing", verb="Decide")

    def restarts_managers(self) -> None:
        """Does what the step says, where volumes that live are stuck."""
        if not self._day.cluster.longhorn.is_acting:
            self.desk.types(_MANAGER)
            self._day.cluster.longhorn.start()

    def walks_until_killed(self, deeds: Mapping[str, Deed]) -> None:
        """Goes on, and stays in the end, until the program is no more."""
        self.walks(own=deeds)
        self.terminal.wait("the end of the program", lambda _text: False)

    def writes_a_new_sheet(self) -> None:
        """Has a new sheet written, and the old one kept beside it."""
        self.terminal.press("enter")
        self.answers("Write survival sheet", "Write")

    def asks_to_bootstrap(self) -> str:
        """Leaves the walkthrough, asks for what creates claims, and cancels; returns what the question says."""
        self.terminal.press("esc")
        self.sees("i plan and diff")
        self.terminal.press("tab")
        self.sees("b bootstrap")
        self.terminal.press("b")
        text = inside(self.is_asked("Bootstrap"), "Bootstrap")
        self.cancels("Bootstrap")
        return text

    def leaves(self) -> None:
        """Sees both layers well, and quits."""
        self.terminal.press("esc")
        for name in ("longhorn", "minio", "flux-system"):
            self.sees_card(name, "healthy")
        self.terminal.press("q")
        assert self.terminal.wait_for_end() == 0


class Day:
    """A cluster in the place of one that died, and the people who are there."""

    def __init__(self, remains: Remains, cluster: PlayedCluster, folder: Path) -> None:
        """Takes what is left, the cluster, and where people's homes are."""
        self.remains, self.cluster = remains, cluster
        self._folder = folder
        self._desks: dict[str, SurvivorsDesk] = {}
        self.commits_before = self.commits()

    @contextmanager
    def comes(self, user: str) -> Iterator[Survivor]:
        """Somebody comes, with a machine of their own, and opens the walkthrough."""
        desk = self._desks[user] = self.remains.desk(self._folder / user, self.cluster.rig, user=user)
        with desk.open() as terminal:
            person = Survivor(terminal, self, desk)
            person.opens("Recover")
            yield person

    def breaks_longhorn(self) -> None:
        """As an old etcd has it: a part of the release is missing, and an attachment to a node that is gone stays."""
        kubectl, volume = self.cluster.rig.kubectl, self.remains.claims["monitoring/metrics"]
        kubectl("delete", "deployment", "-n", "longhorn-system", "longhorn-driver-deployer")
        status = '{"status": {"state": "attaching"}}'
        where = ("lhv", volume, "-n", "longhorn-system", "--subresource=status", "--type=merge")
        kubectl("patch", *where, "-p", status)

    def get(self, what: str) -> Any:
        """Every object of a kind."""
        return objects(self.cluster.rig, what)

    @staticmethod
    def name(obj: Any) -> str:
        """``namespace/name``."""
        return f"{obj['metadata']['namespace']}/{obj['metadata']['name']}"

    @property
    def uid(self) -> str:
        """What makes this cluster the one that it is."""
        return self.cluster.rig.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")

    @property
    def choice(self) -> str:
        """What it is called that every claim is chosen."""
        return f"volumes {','.join(sorted(self.remains.claims))}"

    def changes(self, name: str, value: str) -> None:
        """Changes one of Longhorn's settings, behind everybody's back."""
        patch = json.dumps({"value": value})
        self.cluster.rig.kubectl("patch", "lhs", name, "-n", "longhorn-system", "--type=merge", "-p", patch)

    def setting(self, name: str) -> str:
        """One of Longhorn's settings."""
        return self.cluster.rig.kubectl("get", "lhs", name, "-n", "longhorn-system", "-o", "jsonpath={.value}")

    def volumes(self) -> dict[str, str]:
        """Longhorn's volumes, with what makes each the one that it is."""
        return {row["metadata"]["name"]: row["metadata"]["uid"] for row in self.get("lhv")}

    def has_volumes(self, count: int) -> None:
        """Waits until the volumes of probes are gone, which happens some time after their claims."""
        until(f"{count} volumes", lambda: len(self.get("lhv")) == count)

    def jobs(self) -> dict[str, list[str]]:
        """The groups of each recurring job, none of which is held any more."""
        rows = self.get("lhrj")
        assert not any("bedplate" in str(row["metadata"].get("annotations")) for row in rows)
        return {row["metadata"]["name"]: row["spec"]["groups"] for row in rows}

    def revisions(self) -> dict[str, int]:
        """Of each Helm release."""
        found = json.loads(self.cluster.rig.run("helm", "list", "-A", "-a", "-o", "json").stdout)
        assert {each["status"] for each in found} == {"deployed"}
        return {each["name"]: int(each["revision"]) for each in found}

    def has_services(self, *names: str) -> None:
        """Waits until these Kustomizations are ready: each is not for a moment whenever Flux looks at it anew."""
        until("the services", lambda: ready(self.get("kustomizations")) == {*names})

    def commits(self) -> int:
        """How many Git has."""
        return int(git("rev-list", "--count", "main", cwd=self.remains.server.bare))

    def runs(self) -> Counter[str]:
        """How often each was started, by whomever; a probe's evidence is on one's own machine."""
        titles = (run.title for desk in self._desks.values() for run in desk.started())
        return Counter(title for title in titles if not title.startswith("probe"))

    def went_wrong(self) -> list[str]:
        """The runs that have ended otherwise than well, each with its log: their proof may be there all the same."""
        everything = ((desk.runs, run) for desk in self._desks.values() for run in desk.runs.records())
        bad = [(runs, run) for runs, run in everything if run.went_wrong]
        return [f"{run.title} {run.state.value}:\n{runs.log_path(run.id).read_text()}" for runs, run in bad]

    def events(self, event: str) -> list[dict[str, object]]:
        """The journals' lines of one event, of everybody."""
        return [line for desk in self._desks.values() for line in desk.journal(event)]

    def decided(self, user: str) -> dict[str, str]:
        """What somebody decided, by step."""
        lines = (json.loads(str(line["decision"])) for line in self._desks[user].journal("decided"))
        return {line["step"]: line["answer"] for line in lines}

    def sheet_is_of(self) -> str:
        """The uid of the cluster whose sheet lies on the last one's desk."""
        *_, desk = self._desks.values()
        return str(yaml.safe_load((desk.home / SHEET).read_text())["cluster"]["uid"])

    def lets_go(self) -> None:
        """Waits until nobody holds the Lease, and no key to the cluster is left lying around."""
        until("the Lease is given back", lambda: not lease_holder(self.cluster.rig))
        until("no private kubeconfig is left", lambda: not any(desk.left_behind() for desk in self._desks.values()))


def inside(text: str, title: str) -> str:
    """The words in the box of a title, without what is seen beside it."""
    lines = text.splitlines()
    top = next(line for line in lines if f"╭─ {title} ─" in line)
    left = top.index(f"╭─ {title} ─")
    right = top.index("╮", left)
    return unwrapped("\n".join(line[left:right] for line in lines))


@contextmanager
def empty_cluster(remains: Remains, folder: Path) -> Iterator[Day]:
    """A new cluster; the backup target has what the old one put there."""
    vault = Path(shutil.copy(remains.vault, folder / "backups.json"))
    with PlayedCluster(storage_delay=0.5, pace=0.1, vault=vault) as cluster:
        yield Day(remains, cluster, folder)


@contextmanager
def restored_cluster(remains: Remains, folder: Path) -> Iterator[Day]:
    """The old cluster, as its etcd had it; Longhorn's managers hang until they are restarted."""
    vault = Path(shutil.copy(remains.vault, folder / "backups.json"))
    etcd = shutil.copytree(remains.etcd, folder / "etcd")
    with PlayedCluster(storage_delay=0.5, pace=0.1, vault=vault, etcd=etcd, managed=False) as cluster:
        yield Day(remains, cluster, folder)


def any_moment(walker: Walker) -> tuple[Callable[[], bool], float]:
    """Some time after one of the steps that take time was come to, which the dice choose."""
    chance = dice()
    number, seconds = chance.randint(2, 17), chance.uniform(0, 4)
    print(f"killed {seconds:.1f} s after coming to step {number}")
    return lambda: (at := standing(walker.terminal.text)) is not None and at.number >= number, seconds
