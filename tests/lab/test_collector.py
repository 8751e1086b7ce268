from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING

import pytest

from vitne.lab.collector import Collector, Orders, seen
from vitne.lab.phone import invent
from vitne.lab.sender import HOST, record, request_head, wrapped

if TYPE_CHECKING:
    from pathlib import Path


def asked(folder: Path, answer: str, data: bytes) -> tuple[bytes, list[dict[str, object]]]:
    async def talk() -> bytes:
        collector = Collector(Orders(answer=answer, speed=1000.0, folder=str(folder)))
        server = await asyncio.start_server(collector.http, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        writer.write_eof()
        try:
            return await reader.read()
        except ConnectionResetError:
            return b"reset"
        finally:
            writer.close()
            server.close()
            collector._truth.close()

    got = asyncio.run(talk())
    return got, [
        json.loads(line) for line in (folder / "collector.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def registration() -> bytes:
    body = wrapped(record(invent(2019), "2019-02-03 07:15:30"))
    return request_head(len(body)) + body


@pytest.mark.parametrize(
    ("manner", "has"),
    [
        ("accept", b'"0"'),
        ("refuse", b"Parameter error"),
        ("slow", b'"0"'),
        ("silent", b""),
        ("reset", b"reset"),
    ],
)
def test_it_answers_as_it_is_told_and_keeps_what_came(tmp_path: Path, manner: str, has: bytes) -> None:
    got, truth = asked(tmp_path, manner, registration())
    assert has in got
    assert (got == b"") == (manner == "silent")
    assert truth[0]["host"] == HOST
    assert truth[0]["received"]["IMEI1"] == invent(2019).imei1  # type: ignore[index]


def test_a_request_that_breaks_off_is_kept_as_such(tmp_path: Path) -> None:
    _, truth = asked(
        tmp_path, "accept", b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 50\r\n\r\nabc"
    )
    assert truth[0]["request"] == "cut short"


def test_the_recipient_reads_json_also_in_base64() -> None:
    assert seen(b'{"a":1}') == seen(base64.encodebytes(b'{"a":1}')) == {"a": 1}
    assert seen(b"\xff\xfe") == seen(b"[1]") == {}
