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
