"""The stand-in for git: what plans ask of it."""

from __future__ import annotations

from runners.layers.survival.checkout import STATUS as STATUS_V2
from runners.layers.survival.checkout import Checkout, read_status
from tests.demo.tools.place import Place

STATUS = (
    "git status --porcelain --ignored -- longhorn/helmfile.yaml charts/longhorn/ longhorn/run.log longhorn/new.yaml"
)


def test_a_fresh_copy_is_as_it_was_committed(place: Place) -> None:
    said = place.call("git rev-parse --verify HEAD")
    assert said.code == 0
    assert len(said.stdout.strip()) == 40
    assert place.call(STATUS) == (0, "", "")


def test_what_differs_is_named(place: Place) -> None:
    home = place.homelab
    (home / "longhorn/helmfile.yaml").write_text("releases: []")
    (home / "longhorn/run.log").write_text("")
    (home / "longhorn/new.yaml").write_text("")
    (home / "charts/longhorn/values.yaml").unlink()
    (home / "minio/helmfile.yaml").write_text("")
    assert place.call(STATUS).stdout.splitlines() == [
        " D charts/longhorn/values.yaml",
        " M longhorn/helmfile.yaml",
        "?? longhorn/new.yaml",
        "!! longhorn/run.log",
    ]
    assert " M minio/helmfile.yaml" in place.call("git status --porcelain").stdout.splitlines()
    assert "!!" not in place.call("git status --porcelain").stdout


def test_what_scripts_read_names_the_branch_too(place: Place) -> None:
    home = place.homelab
    (home / "longhorn/helmfile.yaml").write_text("releases: []")
    (home / "longhorn/new.yaml").write_text("")
    (home / "longhorn/run.log").write_text("")
    found = read_status(place.call(" ".join((*STATUS_V2, "longhorn"))).stdout)
    assert found == Checkout(
        commit=place.call("git rev-parse HEAD").stdout.strip(),
        branch="main",
        upstream="origin/main",
        changed=("longhorn/helmfile.yaml", "longhorn/new.yaml"),
        ignored=("longhorn/run.log",),
    )


def test_elsewhere_there_is_no_repository(place: Place) -> None:
    with place.process("git rev-parse --verify HEAD", BEDPLATE_DEMO="") as process:
        assert process.wait() == 128
        assert process.stderr is not None
        assert process.stderr.read().startswith("fatal: not a git repository")


def test_what_it_does_not_know(place: Place) -> None:
    said = place.call("git push")
    assert said == (1, "", "git: this is the demo's stand-in for git, and it does not know push\n")
