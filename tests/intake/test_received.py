"""Twin of vitne.intake.received; the oracle for digests is hashlib over the whole."""

from __future__ import annotations

import hashlib
import io
import os
import socket

import numpy as np
import pytest

from vitne.intake import received
from vitne.intake.received import Buffer, Digest, Spool, receive_file, receive_stream
from vitne.model import CaptureError


def test_a_file_is_mapped_and_read_only(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"some bytes")
    buffer = receive_file(path)
    assert buffer.array.tobytes() == b"some bytes"
    with pytest.raises(ValueError, match="read-only"):
        buffer.array[0] = 1
    buffer.close()
    assert buffer.array.size == 0


def test_closing_leaves_the_views_of_others_valid(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"some bytes")
    buffer = receive_file(path)
    view = buffer.array[5:]
    buffer.close()
    buffer.close()
    assert view.tobytes() == b"bytes"


def test_pages_are_asked_for_anywhere_without_an_error(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(100_000))
    buffer = receive_file(path)
    for position in (0, 1, 99_999, 10**9, 5 * 10**9):
        buffer.populate(position)
    assert int(buffer.array.sum()) == 0


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("folder", "folder"),
        ("pipe", "pipe"),
        ("socket", "socket"),
        ("none", "no such file"),
        ("empty", "empty"),
    ],
)
def test_what_is_no_readable_file_is_refused_with_the_next_step(tmp_path, monkeypatch, kind, what):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "input"
    with socket.socket(socket.AF_UNIX) as unix:
        make = {
            "folder": path.mkdir,
            "pipe": lambda: os.mkfifo(path),
            "socket": lambda: unix.bind("input"),
            "none": lambda: None,
            "empty": path.touch,
        }
        make[kind]()
        with pytest.raises(CaptureError, match=what) as caught:
            receive_file(path)
    assert caught.value.where == str(path)
    assert caught.value.expected
    assert caught.value.next_step


def test_devices_are_refused_without_reading_them():
    from pathlib import Path

    with pytest.raises(CaptureError, match="character device"):
        receive_file(Path(os.devnull))


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"x")

    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(CaptureError, match="Permission denied"):
        receive_file(path)


def test_a_path_with_a_nul_is_refused():
    from pathlib import Path

    with pytest.raises(CaptureError):
        receive_file(Path("a\0b"))


@pytest.mark.parametrize("size", [1, 1000, (32 << 20) + 1])
def test_a_spool_gives_back_what_it_took(size):
    spool = Spool()
    data = (bytes(range(251)) * (size // 251 + 1))[:size]
    for start in range(0, size, 1 << 20):
        spool.write(data[start : start + (1 << 20)])
    assert spool.size == size
    assert spool.finish().array.tobytes() == data


def test_a_full_disk_is_an_error_that_says_what_to_do(monkeypatch):
    class Full(io.BytesIO):
        def write(self, _data: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(received, "IN_MEMORY", 10)
    monkeypatch.setattr(received.tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(CaptureError, match="No space left") as caught:
        Spool().write(bytes(11))
    assert "TMPDIR" in caught.value.next_step


def test_standard_input_is_read_to_its_end_or_to_the_most_that_is_taken(monkeypatch):
    buffer, over = receive_stream(io.BytesIO(b"abc" * 1000))
    assert (buffer.array.tobytes(), over) == (b"abc" * 1000, False)
    monkeypatch.setattr(received, "MOST_SPOOLED", 2 << 20)
    buffer, over = receive_stream(io.BytesIO(bytes(3 << 20)))
    assert (buffer.array.size, over) == (2 << 20, True)
    with pytest.raises(CaptureError, match="nothing"):
        receive_stream(io.BytesIO())


@pytest.mark.parametrize("size", [0, 1, (4 << 20) - 1, (4 << 20) + 1])
def test_the_digest_is_that_of_all_bytes(size):
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    digest = Digest(np.frombuffer(data, np.uint8), lambda _position: None)
    assert digest.result() == hashlib.sha256(data).hexdigest()
    digest.close()


def test_a_digest_can_be_given_up():
    digest = Digest(np.zeros(64 << 20, np.uint8), Buffer(np.zeros(1, np.uint8)).populate)
    digest.close()
    assert not digest._thread.is_alive()
