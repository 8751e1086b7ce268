from __future__ import annotations

import random
import shutil
import subprocess

import pytest
from cryptography.hazmat.decrepit.ciphers import modes as old_modes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vitne.ciphers.opening import locks_of
from vitne.model import Key

TEXT = b'{"imei":"004402990000014","model":"TA-0000","ts":1549174542}'
KEY = bytes.fromhex("8f1d3b5c77a90214e6c2d0b18a4f6e93")
START = bytes.fromhex("a3f1000102030405060708090a0b0cff")


def ways(data, key=KEY, **named):
    return [
        (lock.block.name, way, lock.close(way))
        for lock in locks_of(Key(name="k", data=key, **named))
        for way in lock.open(data)
    ]


def aes(mode, data):
    running = Cipher(algorithms.AES(KEY), mode).encryptor()
    return running.update(data) + running.finalize()


def filled(data, size=16):
    fill = size - len(data) % size
    return data + bytes([fill]) * fill


@pytest.mark.parametrize(
    ("captured", "mode", "whence"),
    [
        (aes(modes.ECB(), filled(TEXT)), "ecb", ""),
        (START + aes(modes.CBC(START), filled(TEXT)), "cbc", "before"),
        (aes(modes.CBC(bytes(16)), filled(TEXT)), "cbc", "zero"),
        (aes(modes.CBC(KEY), filled(TEXT)), "cbc", "key"),
        (START + aes(modes.CTR(START), TEXT), "ctr", "before"),
        (START + aes(old_modes.CFB(START), TEXT), "cfb", "before"),
        (START + aes(old_modes.OFB(START), TEXT), "ofb", "before"),
        (aes(modes.CTR(bytes(16)), TEXT), "ctr", "zero"),
        (START[:12] + AESGCM(KEY).encrypt(START[:12], TEXT, None), "gcm", "before"),
    ],
)
def test_each_mode_is_told_by_what_comes_out_and_closes_to_the_very_bytes(captured, mode, whence):
    found = [(way.mode, way.iv_from, closed) for name, way, closed in ways(captured) if way.plain == TEXT]
    assert found[0] == (mode, whence, captured)


def test_a_first_block_that_is_always_the_same_can_be_handed_over():
    captured = aes(modes.CBC(START), filled(TEXT))
    (found,) = [each for each in ways(captured, iv=START, cipher="aes") if each[1].plain == TEXT]
    assert (found[1].iv_from, found[1].iv, found[2]) == ("given", b"", captured)


def test_neither_key_nor_a_first_block_that_came_with_it_is_told():
    for captured in (aes(modes.CBC(KEY), filled(TEXT)), aes(modes.CBC(bytes(16)), filled(TEXT))):
        for _, way, _ in ways(captured):
            assert KEY not in way.iv


@pytest.mark.parametrize("length", [48, 49, 63])
def test_texts_that_end_in_zeros_or_fill_their_blocks_are_read(length):
    text = (TEXT * 2)[:length]
    captured = aes(modes.CBC(bytes(16)), text + bytes(-length % 16))
    assert (text, captured) in [(way.plain, closed) for _, way, closed in ways(captured)]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="SKIPPED: no openssl here")
@pytest.mark.parametrize(
    ("cipher", "name", "key"),
    [("aes-128-cbc", "aes", KEY), ("aes-256-cbc", "aes", KEY * 2), ("des-ede3-cbc", "3des", KEY + KEY[:8])],
)
def test_what_openssl_closed_is_opened(cipher, name, key):
    size = 16 if name == "aes" else 8
    run = subprocess.run(
        ["openssl", "enc", f"-{cipher}", "-K", key.hex(), "-iv", START[:size].hex()],
        input=TEXT, capture_output=True, check=True,
    )  # fmt: skip
    assert (name, TEXT) in [(found, way.plain) for found, way, _ in ways(START[:size] + run.stdout, key)]


def test_noise_is_opened_seldom_and_never_as_text():
    chance = random.Random(7)
    found = [each for _ in range(600) for each in ways(chance.randbytes(16 * chance.randint(1, 9)))]
    assert len(found) < 30  # padding of one byte, once in 256 tries of a mode
    assert not [way for _, way, _ in found if way.plain.isascii() and len(way.plain) > 4]


def test_a_key_of_another_length_is_for_no_such_cipher():
    assert {lock.block.name for lock in locks_of(Key(name="k", data=bytes(8)))} == {"des", "blowfish"}
    assert locks_of(Key(name="k", data=bytes(8), cipher="aes")) == []
    assert [lock.block.name for lock in locks_of(Key(name="k", data=KEY, cipher="xtea"))] == ["xtea"]


def test_every_prefix_of_a_closed_text_is_another_text_or_none():
    captured = START + aes(modes.CBC(START), filled(TEXT))
    for cut in range(len(captured)):
        assert all(way.plain != TEXT for _, way, _ in ways(captured[:cut]))
