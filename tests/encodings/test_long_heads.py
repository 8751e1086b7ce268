from __future__ import annotations

import gzip
import io
import random
import zipfile

import pytest

from vitne.encodings._long_heads import long_heads

TEXT = b'{"imei":"004402990000014","place":"59.91,10.75"}'
KEY = bytes([0x91, 0x02, 0xE3, 0x44, 0x15, 0x86, 0x77, 0xC8])


def under(data, key):
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data))


@pytest.mark.parametrize("period", range(2, 9))
@pytest.mark.parametrize("front", [0, 5, 60])
def test_gzip_tells_where_it_begins_and_the_key(period, front):
    data = bytes(range(100, 100 + front)) + under(gzip.compress(TEXT, mtime=0), KEY[:period])
    assert list(long_heads(data)) == [(front, KEY[:period])]


@pytest.mark.parametrize("period", range(2, 9))
def test_zip_tells_the_key_at_the_beginning(period):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", TEXT)
    ((start, key),) = long_heads(under(file.getvalue(), KEY[:period]))
    assert (start, under(under(file.getvalue(), KEY[:period])[:64], key)) == (0, file.getvalue()[:64])


def test_gzip_as_it_is_and_noise_tell_no_key():
    chance = random.Random(4)
    assert list(long_heads(gzip.compress(TEXT, mtime=0))) == []
    assert not [1 for _ in range(2000) if list(long_heads(chance.randbytes(chance.randint(0, 300))))]


def test_every_prefix_is_read_or_tells_nothing():
    data = under(gzip.compress(TEXT, mtime=0), KEY[:4])
    for cut in range(len(data)):
        assert all(found == (0, KEY[:4]) for found in long_heads(data[:cut]))
