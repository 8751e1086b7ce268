"""Twin of vitne.evidence.sorted_sets: certificates of a token come in the order of DER, all else stays."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.evidence.sorted_sets import sorted_certificates
from vitne.model import Malformed


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def reply(certificates: list[bytes]) -> bytes:
    """A TimeStampResp as RFC 3161 section 2.4.2 and RFC 5652 section 5.1 lay it out, without meaning."""
    status = der(0x30, der(0x02, b"\0"))
    signed = der(0x30, der(0x02, b"\3") + der(0x31, b"") + der(0x30, b"") + der(0xA0, b"".join(certificates)))
    token = der(0x30, der(0x06, b"\x2a") + der(0xA0, signed))
    return der(0x30, status + token)


ONE, TWO, LONG = der(0x30, b"a"), der(0x30, b"b"), der(0x30, b"c" * 300)


def test_certificates_are_sorted_by_their_encoding() -> None:
    assert sorted_certificates(reply([LONG, TWO, ONE])) == reply([ONE, TWO, LONG])
    assert sorted_certificates(reply([ONE, TWO])) == reply([ONE, TWO])


def test_a_refusal_without_a_token_stays_as_it_is() -> None:
    refusal = der(0x30, der(0x30, der(0x02, b"\2")))
    assert sorted_certificates(refusal) == refusal


def test_every_prefix_is_refused() -> None:
    whole = reply([LONG, ONE])
    for end in range(len(whole)):
        with pytest.raises(Malformed):
            sorted_certificates(whole[:end])


def test_a_set_without_end_is_refused() -> None:
    with pytest.raises(Malformed):
        sorted_certificates(reply([ONE] * 101))


@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_malformed(data: bytes) -> None:
    with suppress(Malformed):
        assert len(sorted_certificates(data)) == len(data)
