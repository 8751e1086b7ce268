"""The clear CHLO of Google's QUIC, built by hand."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.quic_google import clear_version, read_chlo


def chlo(**values: bytes) -> bytes:
    table, body = b"", b""
    for tag, value in values.items():
        body += value
        table += tag.encode().ljust(4, b"\x00") + struct.pack("<I", len(body))
    return b"CHLO" + struct.pack("<HH", len(values), 0) + table + body


def test_tags_are_found_where_they_stand() -> None:
    data = b"head" + chlo(PAD=b"-----", SNI=b"www.maker.example", UAID=b"Agent 1")
    tags = read_chlo(data)
    assert tags is not None
    assert [(tag.path, data[tag.start : tag.end]) for tag in tags] == [
        ("sni", b"www.maker.example"),
        ("user-agent", b"Agent 1"),
    ]


def test_a_cut_message_gives_only_whole_values() -> None:
    data = chlo(SNI=b"www.maker.example", UAID=b"Agent 1")
    for size in range(len(data)):
        tags = read_chlo(data[:size]) or ()
        assert all(data[tag.start : tag.end] in {b"www.maker.example", b"Agent 1"} for tag in tags)
    assert read_chlo(b"nothing here") is None


def test_versions_stand_behind_the_flags() -> None:
    assert clear_version(b"\x0d" + bytes(8) + b"Q043" + bytes(9)) == "Q043"
    assert clear_version(b"\xc3Q046" + bytes(20)) == "Q046"
    assert clear_version(b"\x08" + bytes(8) + b"Q043" + bytes(9)) == ""
    assert clear_version(b"\x0d" + bytes(30)) == ""


@given(st.binary(max_size=120))
def test_noise_raises_nothing(data: bytes) -> None:
    read_chlo(b"CHLO" + data)
    clear_version(data)
