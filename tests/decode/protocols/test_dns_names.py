"""Domain names on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.dns_names import read_name, text_of
from vitne.model import Malformed

# RFC 1035 section 4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92
RFC = bytearray(93)
RFC[20:32] = b"\x01F\x03ISI\x04ARPA\0"
RFC[40:46] = b"\x03FOO\xc0\x14"
RFC[64:66] = b"\xc0\x1a"


@pytest.mark.parametrize(
    ("at", "text", "end", "own"),
    [(20, "F.ISI.ARPA", 32, 3), (40, "FOO.F.ISI.ARPA", 46, 1), (64, "ARPA", 66, 0), (92, ".", 93, 0)],
)
def test_the_names_of_the_specification_are_read(at: int, text: str, end: int, own: int) -> None:
    name = read_name(bytes(RFC), at, {})
    assert (name.text, name.end, name.own) == (text, end, own)


def test_a_name_is_written_without_compression() -> None:
    assert read_name(bytes(RFC), 40, {}).wire == b"\x03FOO\x01F\x03ISI\x04ARPA\0"


def test_a_pointer_seen_before_gives_the_same() -> None:
    seen: dict[int, list[bytes]] = {}
    assert read_name(bytes(RFC), 40, seen).text == read_name(bytes(RFC), 40, seen).text
    assert seen


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x05ab",
        b"\x01a",
        b"\xc0",
        b"\xc0\x00",
        b"\x01a\xc0\x02",
        b"\x40a\0",
        b"\x80",
        b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 3 + b"\x01a\0",
    ],
)
def test_a_name_cut_off_too_long_or_in_a_circle_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_name(data, 0, {})


def test_pointers_may_not_lead_forward_or_make_a_name_too_long() -> None:
    with pytest.raises(Malformed):
        read_name(b"\x01a\xc0\x04\xc0\x00", 4, {})
    long = (b"\x3f" + b"a" * 63) * 3 + b"\0"
    with pytest.raises(Malformed):
        read_name(long + b"\x3f" + b"b" * 63 + b"\xc0\x00", len(long), {})
    with pytest.raises(Malformed):
        read_name(b"\x05abc\xc0\x00", 4, {})
    with pytest.raises(Malformed):
        read_name(b"\xc1\xff\x01a\xc0\x00", 4, {})


def test_a_name_must_end_inside_its_record() -> None:
    with pytest.raises(Malformed):
        read_name(b"\x01a\x01b\0", 0, {}, end=4)


def test_text_is_escaped_where_it_would_mislead() -> None:
    assert text_of([b"a.b", b"c\\d", b"\x07", "ø".encode()]) == "a\\.b.c\\\\d.\\007.ø"


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=8))
def test_what_is_written_is_read_again(labels: list[bytes]) -> None:
    wire = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    name = read_name(wire, 0, {})
    assert name.labels == labels
    assert name.wire == wire
    assert name.text.isprintable()


@given(st.binary(max_size=80), st.integers(0, 80))
def test_noise_raises_nothing_but_malformed(data: bytes, at: int) -> None:
    try:
        name = read_name(data, at, {})
    except Malformed:
        return
    assert at < name.end <= len(data)
