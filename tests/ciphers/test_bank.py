from __future__ import annotations

import gzip
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from vitne.ciphers.bank import Bank
from vitne.ciphers.flowing import flowing_of, rc4, xor
from vitne.ciphers.opening import Way, locks_of
from vitne.model import Key

TEXT = b'{"imei":"004402990000014","model":"TA-0000","ts":1549174542}'
CHANCE = Random(9)
KEYS = [
    Key(name=f"{length}.{at}", data=CHANCE.randbytes(length)) for length in (8, 16, 24, 32) for at in range(3)
]
LOCKS = [lock for key in KEYS for lock in locks_of(key)]
FLOWING = [flowing for key in KEYS for _, flowing in flowing_of(key)]
BANK = Bank([*LOCKS, *FLOWING])


def ways(plain, size):
    start = bytes(range(1, size + 1))
    starts = [("zero", bytes(size)), ("before", start), ("key", b"")]
    yield Way(mode="ecb", plain=plain, padding="pkcs7")
    for whence, iv in starts:
        yield Way(mode="cbc", plain=plain, padding="pkcs7", iv_from=whence, iv=iv)
        for mode in ("ctr", "cfb", "ofb"):
            yield Way(mode=mode, plain=plain, iv_from=whence, iv=iv)
    filled = plain + b"x" * (-len(plain) % size)
    yield Way(mode="ecb", plain=filled, padding="none")
    yield Way(mode="cbc", plain=filled[:-1], padding="zero", iv_from="before", iv=start)


@pytest.mark.parametrize("plain", [TEXT, gzip.compress(TEXT, mtime=0), TEXT[:16], TEXT[:40]])
def test_what_a_lock_opens_the_bank_promises(plain):
    """A gate may not be narrower than what it stands before."""
    opened = 0
    for lock in LOCKS:
        for way in ways(plain, lock.block.size):
            if way.iv_from == "key" and len(lock.key.data) < lock.block.size:
                continue
            data = lock.close(way)
            if any(found.plain == way.plain for found in lock.open(data)):
                opened += 1
                assert id(lock) in BANK.promising(data), (lock.block.name, way)
    assert opened > len(LOCKS) * 4


def test_whatever_a_lock_makes_of_noise_the_bank_promises_too():
    chance, made = Random(10), 0
    for _ in range(400):
        data = chance.randbytes(chance.choice((8, 16, 24, 32, 48, 40, 61)))
        promised = BANK.promising(data)
        for lock in LOCKS:
            if next(lock.open(data), None) is not None:
                made += 1
                assert id(lock) in promised
    assert made


def test_a_text_with_a_tag_is_promised_whatever_it_says():
    nonce, noise = bytes(range(12)), Random(11).randbytes(50)
    for lock in LOCKS:
        if lock.block.name == "aes":
            data = nonce + AESGCM(lock.key.data).encrypt(nonce, noise, None)
            assert id(lock) in BANK.promising(data)


@pytest.mark.parametrize("plain", [TEXT, gzip.compress(TEXT, mtime=0), "æøå ble sendt".encode() * 3])
def test_keys_that_flow_are_promised(plain):
    opened = 0
    for flowing in FLOWING:
        key = flowing.key.data
        nonce = bytes(12)
        for data in (
            rc4(plain, key),
            xor(plain, key),
            nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, None) if len(key) == 32 else b"",
        ):
            if next(flowing.open(data), None) is not None:
                opened += 1
                assert id(flowing) in BANK.promising(data)
    assert opened >= len(KEYS) * (2 if plain[:1] != b"\x1f" else 1)


def test_of_noise_few_locks_are_promised():
    chance = Random(12)
    promised = sum(len(BANK.promising(chance.randbytes(64))) for _ in range(200))
    assert promised < 200 * len([*LOCKS, *FLOWING]) // 5


@pytest.mark.parametrize("data", [b"", b"short", bytes(9)])
def test_few_bytes_are_looked_at_without_fault(data):
    assert isinstance(BANK.promising(data), set)
    assert Bank([]).promising(data) == set()
