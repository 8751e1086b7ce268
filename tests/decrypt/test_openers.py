from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from vitne.decrypt.openers import opener
from vitne.decrypt.schedule import Keys, traffic_keys
from vitne.decrypt.suites import SUITES

HEADER = b"\x17\x03\x03\x00\x00"


def test_the_early_data_of_rfc_8448_section_4_opens() -> None:
    suite = SUITES[0x1301]
    secret = bytes.fromhex("3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62")
    record = bytes.fromhex("1703030017ab1df420e75c457a7cc5d2844f76d5aee4b4edbf049be0")
    kind, plain, length = opener(suite, traffic_keys(secret, suite)).open(0, record[:5], record[5:]) or (
        0,
        b"",
        0,
    )
    assert (kind, plain[:length]) == (23, b"ABCDEF")


def test_padding_of_tls_1_3_is_taken_off_and_the_type_found_before_it() -> None:
    keys = Keys(b"k" * 16, b"i" * 12)
    made = opener(SUITES[0x1301], keys)
    for inner, want in (
        (b"hello\x16\0\0\0", (22, b"hello")),
        (b"\x17\0\0", (23, b"")),
        (b"\0\0\0", (0, b"")),
    ):
        header = b"\x17\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
        nonce = (int.from_bytes(keys.iv, "big") ^ 5).to_bytes(12, "big")
        closed = AESGCM(keys.key).encrypt(nonce, inner, header)
        kind, plain, length = made.open(5, header, closed) or (-1, b"", 0)
        assert (kind, plain[:length]) == want


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("pad", [1, 16, 240])
def test_cbc_opens_with_the_mac_inside_and_outside(outside: bool, pad: int) -> None:
    keys = Keys(b"k" * 16, b"", b"m" * 20)
    made = opener(SUITES[0x2F], keys, outside=outside)
    content, start = b"x" * 27, (9).to_bytes(8, "big") + b"\x17\x03\x03"
    mac = b"" if outside else hmac.digest(keys.mac, start + b"\x00\x1b" + content, hashlib.sha1)
    fill = -(len(content + mac) + 1) % 16 + (pad // 16) * 16
    inner = content + mac + bytes([fill]) * (fill + 1)
    encryptor = Cipher(algorithms.AES(keys.key), modes.CBC(b"v" * 16)).encryptor()
    closed = b"v" * 16 + encryptor.update(inner)
    if outside:
        closed += hmac.digest(keys.mac, start + len(closed).to_bytes(2, "big") + closed, hashlib.sha1)
    kind, plain, length = made.open(9, HEADER, closed) or (0, b"", 0)
    assert (kind, plain[:length]) == (23, content)
    assert made.open(8, HEADER, closed) is None, "the number of the record is under the MAC"
    assert made.open(9, HEADER, closed[:-1]) is None
    broken = bytearray(closed)
    broken[20] ^= 1
    assert made.open(9, HEADER, broken) is None


@given(st.binary(max_size=200), st.sampled_from(sorted(SUITES)), st.booleans())
def test_noise_never_opens_and_never_raises(noise: bytes, number: int, outside: bool) -> None:
    suite = SUITES[number]
    iv = 12 if suite.modern or suite.cipher == "chacha" else 4
    keys = Keys(b"k" * suite.key, b"i" * iv, b"m" * 20)
    assert opener(suite, keys, outside=outside).open(1, HEADER, noise) is None
