from __future__ import annotations

import concurrent.futures
import gzip
import random
import zlib

import pytest
from tests.kernel.guessed import under, ways_of

from vitne.kernel.guesses import DEFLATE, guesses

TEXT = b'{"imei":"004402990000014","place":"59.91,10.75","name":"Kari Nordmann"}'
FIXED = zlib.compressobj(9, zlib.DEFLATED, -15, strategy=zlib.Z_FIXED)
FORMS = {
    "text": TEXT,
    "wide": TEXT.decode().encode("utf-16-le"),
    "gzip": gzip.compress(TEXT, mtime=0),
    "zlib": zlib.compress(TEXT),
    "deflate": zlib.compress(TEXT)[2:-4],
    "fixed": FIXED.compress(TEXT) + FIXED.flush(),
    "frame": b"\x82\xb0\x00\x00\x00\x00" + TEXT[:48],
    "long frame": b"\x81\xfe\x00\xc8\x01\x02\x03\x04" + bytes(200),
    "msgpack": b"\x81\xa4imei\xaf004402990000014",
    "cbor": b"\xa1\x64imei\x6f004402990000014",
    "protobuf": b"\x0a\x0f004402990000014\x10\x96\x01\x1a\x04name",
    "zip": b"PK\x03\x04\x14\x00\x08\x08\x08\x00" + bytes(16) + b"\x05\x00\x00\x00a.txtxxxx",
}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_closer_look_finds_under_a_key_is_never_told_hopeless(form):
    chance = random.Random(form)
    plain = FORMS[form]
    for size in (1, 2, 3, 4, 5, 7, 8, 16):
        for _ in range(6):
            key = bytes(chance.randrange(1, 256) for _ in range(size))
            for data in (under(key, plain), key + under(key, plain), under(key, plain[:-1])):
                assert ways_of(data) & ~guesses(data).ways == 0
    added = bytes((byte + 77) % 256 for byte in plain)
    assert ways_of(added) & ~guesses(added).ways == 0


@pytest.mark.parametrize("letters", [2, 8, 97, 256])
def test_of_noise_nothing_is_told_hopeless_that_a_closer_look_takes(letters):
    chance = random.Random(letters)
    for size in (16, 17, 24, 31, 32, 40, 80, 200, 600):
        for _ in range(20):
            data = bytes(chance.randrange(letters) for _ in range(size))
            assert ways_of(data) & ~guesses(data).ways == 0


def test_no_block_is_passed_over_that_zlib_begins_to_read():
    chance = random.Random(3)
    for _ in range(200):
        data = chance.randbytes(chance.choice([16, 20, 64, 90]))
        told = guesses(data)
        for key in range(1, 256):
            plain = under(bytes([key]), data[:64])
            if plain[0] & 7 not in {3, 5}:
                continue
            try:
                zlib.decompressobj(-15).decompress(plain, 1024)
            except zlib.error:
                continue
            assert told.ways & DEFLATE
            assert key in told.deflated


def test_most_noise_is_told_hopeless_at_once():
    chance = random.Random(4)
    told = [guesses(chance.randbytes(300)) for _ in range(300)]
    assert sum(len(one.deflated) for one in told) < 3 * len(told)
    assert sum(one.ways & 0b1101111 != 0 for one in told) < len(told) // 5


@pytest.mark.parametrize("size", range(16))
def test_few_bytes_have_no_key(size):
    assert guesses(bytes(range(size))) == (0, b"")


def test_an_answer_is_not_mixed_up_with_that_for_the_data_before():
    one, two = under(b"\x21", TEXT), random.Random(5).randbytes(80)
    assert guesses(one) == guesses(bytes(one)) != guesses(two)
    assert guesses(one) == guesses(bytes(bytearray(one)))


def test_threads_do_not_mix_up_their_answers():
    chance = random.Random(6)
    rows = [chance.randbytes(chance.randint(16, 400)) for _ in range(400)]
    wanted = [guesses(row) for row in rows]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        assert list(threads.map(guesses, rows * 4)) == wanted * 4
