"""Options of CoAP, built after RFC 7252 section 3.1."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.coap_options import code_known, read_content


def test_small_and_large_deltas_add_up() -> None:
    data = b"\xb1a" + b"\x41b" + b"\xd1\x00c" + b"\xe2\x00\x03dd" + b"\x0d\x00" + b"e" * 13 + b"\xffpayload"
    content = read_content(data, 0)
    got = [(option.number, data[option.start : option.end]) for option in content.options]
    assert got == [(11, b"a"), (15, b"b"), (28, b"c"), (300, b"dd"), (300, b"e" * 13)]
    assert data[content.payload[0] : content.payload[1]] == b"payload"
    assert content.whole


def test_every_cut_inside_an_option_is_seen() -> None:
    data = b"\xb3abc\x44wxyz"
    assert [size for size in range(len(data) + 1) if read_content(data[:size], 0).whole] == [0, 4, 9]


def test_a_marker_without_payload_and_reserved_nibbles_are_wrong() -> None:
    assert not read_content(b"\xff", 0).whole
    assert not read_content(b"\xf1a", 0).whole
    assert not read_content(b"\x1fa", 0).whole


def test_the_number_of_options_is_bounded() -> None:
    assert len(read_content(b"\x00" * 5000, 0).options) == 256


def test_codes_in_use_are_known() -> None:
    known = [f"{code >> 5}.{code & 31:02d}" for code in range(256) if code_known(code)]
    assert known[:8] == ["0.01", "0.02", "0.03", "0.04", "0.05", "0.06", "0.07", "2.01"]
    assert "4.04" in known
    assert "1.01" not in known
    assert "7.01" not in known


@given(st.binary(max_size=80))
def test_noise_raises_nothing(data: bytes) -> None:
    content = read_content(data, 0)
    assert all(option.end <= len(data) for option in content.options)
