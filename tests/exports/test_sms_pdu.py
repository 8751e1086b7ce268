from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.exports.sms_pdu import _ALPHABET, parse
from vitne.model import Malformed

SUBMIT = bytes.fromhex("0011000B916407281553F80000AA0AE8329BFD4697D9EC37")
DELIVER = bytes.fromhex("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37")
"""The samples that many manuals of modems print."""


def test_a_message_sent_is_read() -> None:
    assert parse(SUBMIT) == (True, "+46708251358", b"hellohello", None)


def test_a_message_received_is_read_with_its_stamp() -> None:
    # 1999-03-29 15:16:59, two hours before UTC
    assert parse(DELIVER) == (False, "27838890001", b"hellohello", 922_713_419 * 10**9)


def test_octets_and_wide_letters_are_read_by_the_coding_scheme() -> None:
    head = bytes.fromhex("0001000B916407281553F800")
    assert parse(head + b"\x04\x03\x00\xffA").data == b"\x00\xffA"
    assert parse(head + b"\x08\x04" + "é☎".encode("utf-16-be")).data == "é☎".encode()
    assert parse(head + b"\xf5\x02ab").data == b"ab"


def test_a_header_before_the_text_is_stepped_over() -> None:
    head = bytes.fromhex("0041000B916407281553F80004")
    assert parse(head + b"\x08\x05\x00\x03\x01\x02\x01ok").data == b"ok"
    with pytest.raises(Malformed):
        parse(head + b"\x02\x05\x00")


def test_the_alphabet_has_its_128_letters() -> None:
    assert len(_ALPHABET) == 128
    assert _ALPHABET.index("a") == 97
    assert _ALPHABET.index("Z") == 90


def test_letters_of_the_extension_take_two_places() -> None:
    packed = (27 | 40 << 7 | 27 << 14 | 41 << 21).to_bytes(4, "little")  # { and }
    assert parse(bytes.fromhex("0001000B916407281553F80000") + b"\x04" + packed).data == b"{}"


def test_a_sender_may_be_a_word() -> None:
    word = (72 | 105 << 7).to_bytes(2, "little")  # Hi: 14 bits, 4 half octets
    data = bytes.fromhex("0004") + b"\x04\xd0" + word + bytes.fromhex("000099309251619580") + b"\x00"
    assert parse(data).number == "Hi"


@given(st.integers(0, len(SUBMIT) - 1))
def test_every_prefix_is_malformed(cut: int) -> None:
    with pytest.raises(Malformed):
        parse(SUBMIT[:cut])


@given(st.binary(max_size=180))
def test_noise_is_malformed_or_read(data: bytes) -> None:
    try:
        parse(data)
    except Malformed:
        return
