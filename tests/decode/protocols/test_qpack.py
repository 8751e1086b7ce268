"""Field sections by RFC 9204 appendix B, and against another implementation; hostile ones."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.qpack import Inserted, Section, required
from vitne.model import Malformed

# RFC 9204 appendix B: encoder stream and field sections, in order
B1 = bytes.fromhex("0000510b2f696e6465782e68746d6c")
B2_ENCODER = bytes.fromhex("3fbd01c00f7777772e6578616d706c652e636f6dc10c2f73616d706c652f70617468")
B2 = bytes.fromhex("03811011")
B3_ENCODER = bytes.fromhex("4a637573746f6d2d6b65790c637573746f6d2d76616c7565")
B4_ENCODER = bytes.fromhex("02")
B4 = bytes.fromhex("050080c181")
B5_ENCODER = bytes.fromhex("810d637573746f6d2d76616c756532")
AUTHORITY, PATH = (b":authority", b"www.example.com"), (b":path", b"/sample/path")
CUSTOM = (b"custom-key", b"custom-value")


def section(encoder: bytes = b"", *, most: int = 220) -> Section:
    inserted = Inserted()
    inserted.feed(encoder)
    made = Section(inserted)
    made.most = most
    return made


def pairs(made: Section, block: bytes, time: int | None = None) -> list[tuple[bytes, bytes]]:
    return [(field.name, field.value) for field in made.fields(block, time)[0]]


def test_the_examples_of_the_standard_are_read() -> None:
    assert pairs(section(), B1) == [(b":path", b"/index.html")]
    made = section(B2_ENCODER)
    assert pairs(made, B2) == [AUTHORITY, PATH]
    made.inserted.feed(B3_ENCODER)
    made.inserted.feed(B4_ENCODER)
    assert len(made.inserted) == 4
    assert pairs(made, B4) == [AUTHORITY, (b":path", b"/"), CUSTOM]
    made.inserted.feed(B5_ENCODER)
    assert made.inserted.entry(4)[:2] == (b"custom-key", b"custom-value2")


def test_a_value_in_clear_has_its_place() -> None:
    (field,) = section().fields(B1)[0]
    assert B1[field.value_at : field.value_at + len(field.value)] == b"/index.html"
    assert (field.start, field.end) == (2, len(B1))


def test_sections_may_be_read_long_after_their_entries_were_evicted() -> None:
    seen = iter(range(1000))
    inserted = Inserted()
    inserted.feed(B2_ENCODER + B3_ENCODER * 60, seen=lambda offset: next(seen))
    made = Section(inserted)
    made.most = 220
    assert pairs(made, B2, 2) == [AUTHORITY, PATH], "at that time two entries had been put in"


@pytest.mark.parametrize(
    ("coded", "most", "inserted", "count"),
    [
        (0, 100, 10, 0),
        (4, 100, 10, 9),  # the example of section 4.5.1.1: a table of 100 bytes holds three entries
        (12, 220, 5, 11),  # six entries: up to eleven may be in flight
        (1, 220, 16, 12),
    ],
)
def test_how_many_insertions_are_needed_comes_round(coded: int, most: int, inserted: int, count: int) -> None:
    assert required(coded, most, inserted) == count


@pytest.mark.parametrize(("coded", "most", "inserted"), [(1, 0, 0), (8, 100, 3), (6, 100, 0), (1, 100, 0)])
def test_insertions_that_cannot_be_are_refused(coded: int, most: int, inserted: int) -> None:
    with pytest.raises(Malformed):
        required(coded, most, inserted)


def test_behind_a_hole_entries_are_not_guessed() -> None:
    seen = iter(range(100, 200))
    inserted = Inserted()
    inserted.feed(B2_ENCODER, seen=lambda offset: next(seen))
    inserted.miss()
    inserted.feed(B3_ENCODER)
    made = Section(inserted)
    made.most = 220
    assert len(inserted) == 2
    assert pairs(made, B2, 102) == [AUTHORITY, PATH], "seen before the hole"
    late, _ = made.fields(B2, 150)
    assert [field.known for field in late] == [False, False]
    static = made.fields(b"\x00\x00\xd1", 150)[0]
    assert [(field.name, field.value) for field in static] == [(b":method", b"GET")]


def test_without_settings_entries_are_read_while_nothing_can_come_round() -> None:
    made = section(B2_ENCODER, most=0)
    assert pairs(made, B2) == [AUTHORITY, PATH]
    made.inserted.feed(B3_ENCODER * 20)
    assert not made.fields(B2)[0][0].known


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_how_an_encoder_stream_is_cut_does_not_matter(step: int) -> None:
    text = (
        B2_ENCODER
        + B3_ENCODER
        + B4_ENCODER
        + B5_ENCODER
        + b"\x5f\x21"
        + b"n" * 64
        + b"\x7f\x81\x01"
        + b"v" * 256
    )
    whole, cut = Inserted(), Inserted()
    for one in (whole, cut):
        one.feed(b"\x3f\xe1\x1f")
    whole.feed(text)
    for at in range(0, len(text), step):
        cut.feed(text[at : at + step])
    assert whole._entries == cut._entries
    assert len(whole) == 6


@pytest.mark.parametrize("prefix", range(1, len(B2)))
def test_a_section_that_is_cut_is_refused_or_shorter(prefix: int) -> None:
    try:
        found = pairs(section(B2_ENCODER), B2[:prefix])
    except Malformed:
        return
    assert len(found) < 2


@pytest.mark.parametrize(
    "text",
    [
        b"\x3f\xff\xff\xff\xff\x7f",  # a table of gigabytes
        b"\x3f\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # an integer that does not end
        b"\x00",  # a duplicate of nothing
        b"\x80\x01x",  # a name of nothing
        b"\xff\x40\x01x",  # a name beyond the static table
        b"\x3f\x09\x4a" + b"n" * 10 + b"\x7f\x00" + b"v" * 127,  # an entry larger than the table
    ],
)
def test_hostile_instructions_are_refused_and_end_the_table(text: bytes) -> None:
    inserted = Inserted()
    with pytest.raises(Malformed):
        inserted.feed(text)
    inserted.feed(B3_ENCODER)
    assert (len(inserted), inserted.lost) == (0, True)


@pytest.mark.parametrize(
    "block", [b"", b"\x00", b"\x00\x00\x80", b"\x00\x00\xff\x40", b"\x00\x00\x10", b"\x00\x80\x10"]
)
def test_hostile_sections_are_refused(block: bytes) -> None:
    with pytest.raises(Malformed):
        section().fields(block)


def test_a_bomb_of_entries_is_bounded() -> None:
    inserted = Inserted()
    inserted.feed(b"\x3f\xe1\xff\x03" + b"\x41n\x7f\x81\xf4\x03" + b"v" * 64128)
    inserted.feed(b"\x00" * 5000)
    made = Section(inserted)
    made.most = 65535
    block = b"\x02\x00" + b"\x80" * 100_000
    found, left = made.fields(block, 0)
    assert sum(len(field.value) for field in found) <= 512 << 10
    assert len(found) + left == 100_000
    for _ in range(400):
        found, _ = made.fields(block, 0)
    assert found == [], "all sections of one direction together are bounded"


def test_what_another_implementation_writes_is_read() -> None:
    pylsqpack = pytest.importorskip("pylsqpack", reason="pylsqpack is not here to write")
    rng = random.Random(11)
    encoder = pylsqpack.Encoder()
    inserted = Inserted()
    inserted.feed(encoder.apply_settings(512, 100))
    made = Section(inserted)
    made.most = 512
    names = [b"x-%d" % number for number in range(12)] + [b"user-agent", b":path", b"cookie"]
    decoder = pylsqpack.Decoder(512, 100)
    for stream in range(0, 6000, 4):
        fields = [
            (rng.choice(names), b"%d" % rng.randrange(20) * rng.randrange(1, 9))
            for _ in range(rng.randrange(1, 9))
        ]
        instructions, block = encoder.encode(stream, fields)
        inserted.feed(instructions)
        assert pairs(made, block) == fields
        decoder.feed_encoder(instructions)
        encoder.feed_decoder(decoder.feed_header(stream, block)[0])
    assert len(inserted) > 3 * 2 * (512 // 32), "numbers came round, several times"


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_noise_raises_nothing_but_malformed(text: bytes, block: bytes) -> None:
    inserted = Inserted()
    try:
        inserted.feed(text)
    except Malformed:
        assert inserted.lost
    made = Section(inserted)
    made.most = 4096
    try:
        found, left = made.fields(block)
    except Malformed:
        return
    assert left >= 0
    assert all(0 <= field.start <= field.end <= len(block) for field in found)
