"""What every test can use: real clusters for tests marked ``rig``, which run only when they are asked for."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from tests.rig.cluster import Rig

# A busy machine is slow, which says nothing about the code; and what a change broke must not depend on luck.
settings.register_profile("person", deadline=None, max_examples=25)
settings.register_profile("ci", settings.get_profile("person"), derandomize=True, database=None, print_blob=True)
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=200)
settings.load_profile("ci" if os.environ.get("CI") else "person")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are processors; none beside this one on a real cluster, which has to be shared."""
    return 0 if _on_a_rig(config) else 1 + (os.cpu_count() or 1)


def _on_a_rig(config: pytest.Config) -> bool:
    return os.environ.get("BEDPLATE_RIG") == "1" or "rig" in config.getoption("markexpr")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves tests marked ``rig`` or ``long`` out unless ``-m`` names the mark; ``BEDPLATE_RIG=1`` asks for the rig's.

    Asked for, they never skip: a tool that can't be had is a failure there.
    """
    asked = {"rig": _on_a_rig(config), "long": "long" in config.getoption("markexpr")}
    marks = [mark for mark, wanted in asked.items() if not wanted]
    left_out = {item: None for item in items if any(map(item.get_closest_marker, marks))}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Keeps what is loaded by now out of the garbage collector's rounds: they cost a tenth of the time else."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shows the end of every process's log below a failure on a rig."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for name, value in item.funcargs.items():
            rig = getattr(value, "rig", value)  # a stage, a place and the like have one
            if isinstance(rig, Rig):
                report.sections.append((f"logs of {name}", rig.processes.tails()))
    return report


@pytest.fixture(scope="session", autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps every test off the clusters, runs and caches of the person who runs it."""
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(folder / "no-kubeconfig"))
        patch.setenv("KUBECACHEDIR", str(folder / "kube-cache"))
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        yield


@pytest.fixture(scope="session")
def api_rig() -> Iterator[Rig]:
    """A real API server for the whole run, where nothing acts on objects; tests keep to their own namespaces."""
    with Rig("api") as rig:
        yield rig


@pytest.fixture(scope="session")
def pods_rig() -> Iterator[Rig]:
    """A real cluster for the whole run, in which workloads become ready; tests keep to their own namespaces."""
    with Rig("pods") as rig:
        yield rig


@pytest.fixture
def fresh_rig() -> Iterator[Rig]:
    """A real cluster of a test's own, in which workloads become ready."""
    with Rig("pods") as rig:
        yield rig
