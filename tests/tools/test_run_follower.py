"""Following a log while it grows."""

from __future__ import annotations

from pathlib import Path

from runners.tools.run_follower import RunFollower


def test_it_gives_each_byte_once_and_never_waits(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with RunFollower(log) as follower:
        assert follower.read_new() == b""  # not there yet
        with log.open("ab", buffering=0) as file:
            file.write(b"one\ntw")
            assert follower.read_new() == b"one\ntw"
            assert follower.read_new() == b""
            file.write(b"o\n\xff\xfe\x00\n")
            assert follower.read_new() == b"o\n\xff\xfe\x00\n"
        assert follower.offset == log.stat().st_size


def test_a_line_of_316_kb_comes_whole_or_in_parts(tmp_path: Path) -> None:
    line = b"x" * 316_000 + b"\n"
    log = tmp_path / "log"
    log.write_bytes(line)
    with RunFollower(log) as follower:
        assert follower.read_new() == line
    with RunFollower(log) as follower:
        parts = []
        while part := follower.read_new(limit=1000):
            parts.append(part)
        assert len(parts) == 317
        assert b"".join(parts) == line


def test_it_goes_on_from_an_offset_and_from_near_the_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"0123456789")
    with RunFollower(log, 4) as follower:
        assert follower.read_new() == b"456789"
    with RunFollower(log, -3) as follower:
        assert follower.read_new() == b"789"
    with RunFollower(log, -30) as follower:
        assert follower.read_new() == b"0123456789"


def test_closed_it_remembers_its_place(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one")
    follower = RunFollower(log)
    assert follower.read_new() == b"one"
    follower.close()
    with log.open("ab") as file:
        file.write(b"two")
    with follower:
        assert follower.read_new() == b"two"
