"""Candidates, and every example of every identifier file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne import catalog
from vitne.identify import checks
from vitne.identify.candidates import Context, candidates, fillers_seen
from vitne.model import Child, Message, Node, Part

if TYPE_CHECKING:
    from vitne.model import Sighting

ROOT = Path(__file__).resolve().parent.parent.parent


class Slice:
    """A stand-in for an encoding whose children are slices."""

    name = "slice"
    exact = True

    def __init__(self, *, readable: bool) -> None:
        self.readable = readable


def message(protocol: str = "http", parts: tuple[Part, ...] = (), content_type: str = "") -> Message:
    return Message(
        protocol=protocol, kind="request", side=0, start=0, end=1, parts=parts, content_type=content_type
    )


def root(text: bytes, path: str = "body") -> Node:
    name = path.partition(":")[2] if path.startswith("header:") else ""
    return Node(text, part=Part(path=path, start=0, end=len(text), field=name))


def child(
    parent: Node, start: int, end: int, *, path: str = "", data: bytes | None = None, readable: bool = True
) -> Node:
    found = Child(data=parent.data[start:end] if data is None else data, start=start, end=end, path=path)
    stub: Any = Slice(readable=readable)
    return Node(found.data, part=parent.part, parent=parent, child=found, encoding=stub)


def nodes_of(one: catalog.Example | catalog.CounterExample) -> list[Node]:
    text = one.text.encode()
    top = root(text, one.part)
    if one.field:
        return [top, child(top, 0, len(text), path=one.field)]
    if one.inner:
        outer = root(b"\x00" * 8, one.part)
        return [outer, child(outer, 0, 8, data=text, readable=False)]
    return [top]


def found_in(one: catalog.Example | catalog.CounterExample) -> list[Sighting]:
    return list(candidates(nodes_of(one), message(one.protocol), context=Context()))


EXAMPLES = [(f.id, n, e) for f in catalog.identifiers() for n, e in enumerate(f.example)]
COUNTERS = [(f.id, n, e) for f in catalog.identifiers() for n, e in enumerate(f.counter_example)]


@pytest.mark.parametrize(("identifier", "number", "example"), EXAMPLES, ids=lambda x: str(x)[:24])
def test_every_example_is_found_with_its_value_and_says_why(
    identifier: str, number: int, example: catalog.Example
) -> None:
    hits = [s for s in found_in(example) if s.identifier == identifier]
    assert [s.value for s in hits] == [example.value]
    (hit,) = hits
    assert hit.grade == "inferred"
    assert hit.reasons
    if len(example.value) > 3:
        assert not any(example.value in reason for reason in hit.reasons)


@pytest.mark.parametrize(("identifier", "number", "example"), COUNTERS, ids=lambda x: str(x)[:24])
def test_no_counter_example_is_found(identifier: str, number: int, example: catalog.CounterExample) -> None:
    assert [s.value for s in found_in(example) if s.identifier == identifier] == []


def test_every_check_that_a_rule_names_exists_and_every_note_is_there() -> None:
    for content in catalog.identifiers():
        for rule in content.rule:
            assert not rule.check or rule.check in checks.names(), (content.id, rule.check)
        assert (ROOT / content.because).is_file(), content.because
    for sender in catalog.senders():
        for note in {sender.because, *(field.because for field in sender.field)}:
            assert (ROOT / note).is_file(), note
    for filler in catalog.fillers():
        assert (ROOT / filler.because).is_file(), filler.because


def test_no_two_identifiers_claim_one_key_with_equal_rank() -> None:
    claims: dict[tuple[str, tuple[str, ...], float], set[str]] = {}
    for content in catalog.identifiers():
        for rule in content.rule:
            for key in rule.keys:
                claims.setdefault((key, rule.parts, rule.prior), set()).add(content.id)
    assert {where: sorted(who) for where, who in claims.items() if len(who) > 1} == {}


@pytest.mark.parametrize(
    "unit", [b"a", b"1", b"a@", b"@", b"a.", b"00:", b"a=b&", b"+1", b"\xff", b"a:", b"tel:+1", b"sip:+1"]
)
def test_hostile_text_takes_time_in_proportion_to_its_size(unit: bytes) -> None:
    def spent(size: int) -> float:
        text = unit * (size // len(unit))
        begin = time.process_time()
        list(candidates([root(text)], message(), context=Context()))
        return time.process_time() - begin

    spent(1000)
    assert spent(1 << 18) < 3.0


@given(st.binary(max_size=400), st.sampled_from(["", "imei", "mac", "cookie", "user-agent"]))
def test_noise_raises_nothing(noise: bytes, field: str) -> None:
    top = root(noise, "header:Cookie" if field == "cookie" else "body")
    list(candidates([top, child(top, 0, len(noise), path=field)], message(), context=Context()))


def test_a_filler_is_no_candidate_but_its_slot_is_told() -> None:
    top = root(b"02:00:00:00:00:00")
    nodes = [top, child(top, 0, 17, path="bssid")]
    assert list(candidates(nodes, message(), context=Context())) == []
    (slot,) = fillers_seen(nodes, message())
    assert (slot.identifier, slot.field, slot.start, slot.end) == ("bssid", "bssid", 0, 17)


def test_a_place_gives_one_sighting_where_a_readable_child_covers_it() -> None:
    text = b'{"email":"kari@mail.example"}'
    top = root(text)
    nodes = [top, child(top, 10, 27, path="email")]
    (hit,) = candidates(nodes, message(), context=Context())
    assert (hit.node, hit.start, hit.end, hit.field) == (nodes[1], 0, 17, "email")


def test_a_wrong_check_digit_lowers_the_rank_and_is_told() -> None:
    top = root(b"490154203237519")
    right = root(b"490154203237518")
    (wrong,) = candidates([top, child(top, 0, 15, path="device_id")], message(), context=Context())
    (good,) = candidates([right, child(right, 0, 15, path="device_id")], message(), context=Context())
    assert wrong.identifier == good.identifier == "imei"
    assert wrong.prior < good.prior
    assert any("check digit does not hold" in reason for reason in wrong.reasons)


def test_media_bodies_and_quiet_headers_are_not_looked_into() -> None:
    mail = b"kari@mail.example 490154203237518"
    assert list(candidates([root(mail)], message(content_type="image/png"), context=Context())) == []
    assert list(candidates([root(mail, "header:If-None-Match")], message(), context=Context())) == []
    assert len(list(candidates([root(mail)], message(content_type="text/plain"), context=Context()))) == 2


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("t", "1549174542123"),
        ("ts_us", "1549174542123456"),
        ("order", "861234567890125"),  # 15 digits whose check digit does not hold
        ("id", "6a1c1487-a0af-4223-b142-a0f4621d0311"),
        ("hash", "d41d8cd98f00b204e9800998ecf8427e"),
        ("sum", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("version", "10.2.33.4"),
        ("v", "8.1.0-rc1+build.7"),
        ("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("price", "60.171,24.941"),
        ("lat", "60.171"),
        ("color", "00005E0053AF"),
        ("image", "logo@3x.png"),
        ("css", "a{margin:00-11px}"),
        ("range", "00-11-22-33"),
        ("digits", "9490154203237518"),
        ("digits", "4901542032375182"),
        ("time", "2019-02-03T07:15:42.000Z"),
        ("phone_hint", "+4740000000"),
        ("cid", "26713345"),
        ("imsi", "111111111111111"),
        ("advertising_id", "00000000-0000-0000-0000-000000000000"),
        ("android_id", "9774d56d682e549c"),
        ("mac", "ff:ff:ff:ff:ff:ff"),
        ("serial", "unknown"),
        ("ssid", "<unknown ssid>"),
        ("device_id", "null"),
        ("password", "****"),
        ("session", "false"),
    ],
)
def test_look_alikes_and_fillers_are_silent(field: str, text: str) -> None:
    top = root(text.encode())
    assert (
        list(candidates([top, child(top, 0, len(text.encode()), path=field)], message(), context=Context()))
        == []
    )


def test_the_own_public_address_of_the_sender_is_no_news() -> None:
    top = root(b"203.0.113.9")
    nodes = [top, child(top, 0, 11, path="client_ip")]
    assert len(list(candidates(nodes, message(), context=Context()))) == 1
    own = Context(own_addresses=frozenset({"203.0.113.9"}))
    assert list(candidates(nodes, message(), context=own)) == []


def test_a_value_inside_the_bytes_of_a_value_of_its_kind_is_told_once() -> None:
    token = b"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
    top = root(token)
    value = child(top, 0, len(token), path="access_token")
    inside = child(value, 0, 20, data=b"access_token=0a1b2c3d4e5f60718293", readable=False)
    found = list(candidates([top, value, inside], message(), context=Context()))
    assert [(one.node, one.identifier) for one in found] == [(value, "auth-token")]


def test_a_record_of_many_fields_takes_time_in_proportion() -> None:
    text = b'"k":"490154203237518",' * 4000
    top = root(text)
    nodes = [top, *(child(top, at + 5, at + 20, path=f"a[{at}].k") for at in range(0, len(text), 22))]
    begin = time.process_time()
    found = list(candidates(nodes, message(), context=Context()))
    assert len(found) == 4000
    assert time.process_time() - begin < 3.0
