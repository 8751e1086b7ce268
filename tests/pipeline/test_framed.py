"""Which flows of a batch are plain conversations, and which of their messages hold a hit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipeline.talk import IMEI, OK, Talk, get, post
from vitne.identify.search import Searcher
from vitne.lab.wire import CLIENT, SERVER
from vitne.model import Seed
from vitne.pipeline.framed import STRONG, exchanges
from vitne.pipeline.traffic import open_traffic

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.pipeline.framed import Exchange

SEARCHER = Searcher([Seed(identifier="imei", value=IMEI, name="phone")])


def found(path: Path) -> list[tuple[Any, Exchange]]:
    _, traffics, _ = open_traffic([path], stdin=None, progress=lambda *_: None)
    walked = traffics[0].walked
    out = []
    for batch in walked.batches(1 << 20):
        if hasattr(batch, "data"):
            hits = SEARCHER.raw(batch.data, batch.start, batch.end)
            told = exchanges(batch, walked.flow_columns()["protocol"], hits)
            out += [(batch, told[number]) for number in sorted(told)]
    return out


def test_whole_conversations_are_framed_and_hits_told_by_message(tmp_path: Path) -> None:
    talk = Talk()
    talk.tcp([(CLIENT, get("/a")), (SERVER, OK), (CLIENT, post(IMEI.encode())), (SERVER, OK)])
    talk.tcp([(CLIENT, b"HELO x\r\n"), (SERVER, b"250 ok\r\n")])
    talk.ask(get("/b"), b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + IMEI.encode())
    ((batch, first), (_, second)) = found(talk.write(tmp_path / "c.pcap"))
    assert bytes(batch.data[first.asked[0].start : first.asked[0].end]) == get("/a")
    assert first.hit == [0, STRONG, 0, 0]
    assert first.own == [False, True, False, False]
    assert [len(first.asked), len(first.answered)] == [2, 2]
    assert second.hit == [0, STRONG]


def test_a_flow_with_a_hole_is_not_plain(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(b"x" * 4000), cuts=(1000, 2000, 3000))
    frames = talk.frames()
    longest = max(range(len(frames)), key=lambda at: len(frames[at][1]))
    assert len(found(talk.write(tmp_path / "whole.pcap", frames))) == 1
    del frames[longest]
    assert found(talk.write(tmp_path / "hole.pcap", frames)) == []


def test_datagrams_are_no_conversation(tmp_path: Path) -> None:
    talk = Talk()
    talk.udp(get("/a"))
    assert found(talk.write(tmp_path / "c.pcap")) == []
