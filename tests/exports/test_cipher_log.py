"""Logs of an app's own ciphers, as PiRogue's scripts write them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.exports.cipher_log import MOST_KEYS, fits, keys_of
from vitne.model import Malformed

KEY = "000102030405060708090a0b0c0d0e0f"


def row(**data: object) -> dict[str, object]:
    told = {"iv": "", "alg": "AES", "in": "", "out": "", "key": "", **data}
    return {"type": "aes_info_log", "dump": "aes_info.json", "timestamp": 1_700_000_000_000, "data": told}


def log(*rows: object) -> bytes:
    return json.dumps(list(rows)).encode()


def test_each_key_is_given_once_with_its_cipher_and_no_name_shows_it():
    data = log(
        row(key=KEY),
        row(key=KEY),
        row(alg="AES/CBC/PKCS5Padding", out="00"),
        row(alg="DESede", key="11" * 24),
    )
    assert fits(data[:4096])
    first, second = keys_of(data)
    assert (first.name, first.cipher, first.data) == ("aes_info#1", "aes", bytes(range(16)))
    assert (second.cipher, len(second.data)) == ("3des", 24)
    assert KEY not in repr(first)


def test_a_key_of_a_cipher_that_is_not_known_is_tried_for_all():
    (key,) = keys_of(log(row(alg="HmacSHA256", key=KEY)))
    assert key.cipher == ""


def test_what_is_no_key_is_passed_over():
    assert (
        keys_of(log(row(), row(key="zz"), row(key="0"), row(key=7), {"data": None}, 7, row(key="00" * 900)))
        == ()
    )
    assert keys_of(b"{}") == ()


def test_keys_are_bounded():
    rows = [row(key=n.to_bytes(16, "big").hex()) for n in range(MOST_KEYS + 9)]
    assert len(keys_of(log(*rows))) == MOST_KEYS


@pytest.mark.parametrize("length", [1, 50, 100])
def test_a_log_that_is_cut_is_reported(length):
    with pytest.raises(Malformed):
        keys_of(log(row(key=KEY))[:length])


def test_other_lists_are_none():
    assert not fits(b"[]")
    assert not fits(b'{"type": "aes_info_log"}')


@given(st.binary(max_size=200))
def test_noise_raises_nothing_but_malformed(noise):
    fits(noise)
    try:
        keys_of(noise)
    except Malformed:
        return
