"""Screens as pictures: ``snap_compare`` keeps them in ``snapshots/<test module>/<test>.svg``.

A picture that differs fails the test; ``pytest --snapshot-update`` accepts what is drawn now, and the diff of the SVG
is reviewed like code. The report that a failure writes holds the environment: it is ignored by Git and not for others.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_textual_snapshot  # type: ignore[import-untyped]
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

_PICTURES = Path(__file__).parent.parent / "snapshots"


class SvgPictures(pytest_textual_snapshot.SVGImageExtension):  # type: ignore[misc]
    """One ``.svg`` a test, in a folder of its module's name."""

    _file_extension = "svg"
    file_extension = "svg"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """The folder of a test module's pictures."""
        return str(_PICTURES / test_location.basename)


class TextPictures(SingleFileSnapshotExtension):
    """One ``.txt`` a test, beside the pictures of its module."""

    _write_mode = WriteMode.TEXT
    _file_extension = "txt"
    file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """The folder of a test module's pictures."""
        return str(_PICTURES / test_location.basename)

    def serialize(self, data: object, **_more: object) -> str:
        """The text as it is."""
        return f"{data}\n"


@pytest.fixture(autouse=True)
def svg_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes ``snap_compare`` use ``SvgPictures`` and all colours; a conftest imports it."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(pytest_textual_snapshot, "SVGImageExtension", SvgPictures)
