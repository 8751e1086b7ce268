"""Finding the next start line in the middle of something else."""

from __future__ import annotations

import pytest

from vitne.decode.protocols.http_sync import LOOK_BACK, next_start


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b"xxGET / HTTP/1.1\r\n", 2),
        (b"x\nPOST /a?b HTTP/1.0\n", 2),
        (b"\x00\x01HTTP/1.1 404 Not", 2),
        (b"\x00HTTP/1.1 404\r\n", 1),
        (b"about HTTP/1.1 and HTTP/1.0: GET / HTTP/1.1\r\n", 29),
        (b"UNLOCK /x HTTP/1.1\r\n", 0),
    ],
)
def test_the_start_line_is_found(data: bytes, at: int) -> None:
    assert next_start(data, 0, 0)[0] == at


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"about HTTP/1.1 and no more of that",
        b"frob / HTTP/1.1\r\n",
        b"HTTP/1.1 20x",
        b"GET / HTTP/2.0\r\n",
    ],
)
def test_what_is_none_is_not_found(data: bytes) -> None:
    assert next_start(data, 0, 0)[0] is None


def test_half_a_mark_is_looked_at_again_with_more_bytes() -> None:
    data = b"xxxx GET / HTTP/1.1\r\n"
    for cut in range(len(data)):
        found, since = next_start(data[:cut], 0, 0)
        if found is None:
            found, _ = next_start(data, 0, since)
        assert found == 5


def test_a_line_longer_than_is_looked_back_is_not_found() -> None:
    assert next_start(b"GET /" + b"a" * LOOK_BACK + b" HTTP/1.1\r\n", 0, 0)[0] is None
