from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lookups.servers import name, ns_answer
from vitne.lookups.dns import dns_facts, is_cut, question, records
from vitne.model import Malformed


def test_a_question_is_one_of_the_standard() -> None:
    # RFC 1035 section 4.1: head, then the name, type NS, class IN
    assert question("x.example", "NS", 7) == b"\0\7\1\0\0\1\0\0\0\0\0\0" + name("x.example") + b"\0\2\0\1"


@pytest.mark.parametrize("host", ["a..b", "", "é.example", "a" * 64 + ".example", ".".join(["a"] * 200)])
def test_a_name_that_cannot_be_asked_for_is_malformed(host: str) -> None:
    with pytest.raises(Malformed):
        question(host, "NS", 1)


def test_name_servers_of_the_domain_asked_for_are_told() -> None:
    answer = ns_answer(question("x.example", "NS", 7), ["ns2.host.example", "ns1.host.example"])
    [fact] = dns_facts(answer, "x.example")
    assert (fact.kind, fact.value) == ("dns-operator", "ns1.host.example, ns2.host.example")
    assert list(dns_facts(answer, "other.example")) == []


def test_addresses_are_read() -> None:
    query = question("x.example", "A", 7)
    body = b"\xc0\x0c" + struct.pack(">2HIH", 1, 1, 60, 4) + b"\xc0\0\2\1"
    body += b"\xc0\x0c" + struct.pack(">2HIH", 28, 1, 60, 16) + b"\x20\1\x0d\xb8" + bytes(12)
    answer = query[:2] + struct.pack(">5H", 0x8180, 1, 2, 0, 0) + query[12:] + body
    assert records(answer) == [("x.example", 1, "192.0.2.1"), ("x.example", 28, "2001:db8::")]


def test_every_proper_prefix_is_malformed() -> None:
    answer = ns_answer(question("x.example", "NS", 7), ["ns1.host.example"])
    for cut in range(len(answer)):
        with pytest.raises(Malformed):
            records(answer[:cut])


def test_names_that_point_in_circles_or_forwards_end() -> None:
    head = struct.pack(">6H", 1, 0x8180, 0, 1, 0, 0)
    for body in (b"\xc0\x0c", b"\xc0\x0e\xc0\x0c", b"\x01a\xc0\x0c" * 40):
        begun = time.process_time()
        with pytest.raises(Malformed):
            records(head + body)
        assert time.process_time() - begun < 1


def test_a_question_is_no_answer() -> None:
    with pytest.raises(Malformed):
        records(question("x.example", "NS", 7))
    assert is_cut(ns_answer(question("x.example", "NS", 7), [], cut=True))


@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_malformed(noise: bytes) -> None:
    try:
        list(dns_facts(noise, "x"))
    except Malformed:
        return
