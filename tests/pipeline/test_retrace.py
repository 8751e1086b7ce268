"""Twin of vitne.pipeline.retrace: handshakes and names of invented captures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipeline.talk import PHONE, SERVER_HOST, Talk, post
from vitne.lab.home import AAAA, dns_answer, dns_query
from vitne.lab.wire import Host
from vitne.model import CaptureError
from vitne.pipeline import Options, run_scan
from vitne.pipeline.retrace import retrace

if TYPE_CHECKING:
    from pathlib import Path

RESOLVER = Host("00:00:5e:00:53:fe", "192.168.1.1")


def _ask(talk: Talk, name: str, *answers: tuple[str, ...], kind: int = 1, apart_ns: int = 10_000_000) -> None:
    talk.port += 1
    talk.now += 1_000_000_000
    talk.wire.datagram(talk.now, (PHONE, RESOLVER), ports=(talk.port, 53), payload=dns_query(9, name, kind))
    for addresses in answers:
        talk.now += apart_ns
        body = dns_answer(9, name, addresses, kind=kind)
        talk.wire.datagram(talk.now, (RESOLVER, PHONE), ports=(53, talk.port), payload=body)


def test_names_connections_and_what_was_never_contacted_are_told(tmp_path: Path) -> None:
    talk = Talk()
    _ask(talk, "collect.example", (SERVER_HOST.ip,))
    _ask(talk, "silent.example", ("198.51.100.77",))
    talk.ask(post(b"x"))
    traced = retrace([talk.write(tmp_path / "a.pcap")])
    assert traced.resolved("collect.example")
    assert not traced.resolved("other.example")
    contact = traced.contacts[SERVER_HOST.ip]
    assert (contact.flows, contact.tries, contact.connected, contact.refused) == (1, 1, 1, 0)
    assert [name for name, _ in traced.never_contacted({SERVER_HOST.ip})] == ["silent.example"]
    assert traced.handshakes_of([(SERVER_HOST.ip, "x"), ("198.51.100.77", "y")]) == {
        (SERVER_HOST.ip, "x"): 20.0
    }


def test_a_forged_answer_is_an_oddity_of_the_scan_and_a_rotation_is_none(tmp_path: Path) -> None:
    talk = Talk()
    _ask(talk, "true.example", ("198.51.100.5", "198.51.100.6"), ("198.51.100.6", "198.51.100.5"))
    _ask(talk, "slow.example", ("198.51.100.5",), ("198.51.100.9",), apart_ns=60_000_000_000)
    _ask(talk, "forged.example", ("198.51.100.66",), ("198.51.100.5",))
    capture = talk.write(tmp_path / "a.pcap")
    [found] = retrace([capture]).names.contradictions()
    assert found[1] == "forged.example"
    names = [odd.name for odd in run_scan([capture], Options(jobs=1)).oddities]
    assert names.count("contradicting-dns-answers") == 1


def test_the_prefix_of_a_translator_is_taken_from_the_answer_that_tells_it(tmp_path: Path) -> None:
    talk = Talk()
    _ask(talk, "ipv4only.arpa", ("2001:db8:64::c000:aa", "2001:db8:64::c000:ab"), kind=AAAA)
    assert retrace([talk.write(tmp_path / "a.pcap")]).nat64 == ("2001:db8:64::/96",)


def test_a_capture_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.pcap").write_bytes(b"nothing")
    with pytest.raises(CaptureError):
        retrace([tmp_path / "x.pcap"])
