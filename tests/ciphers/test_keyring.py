from __future__ import annotations

import gzip

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from vitne.ciphers import Keyring
from vitne.model import Alphabet, Key, Limits, Malformed

TEXT = b'{"imei":"004402990000014","model":"TA-0000","ts":1549174542}'
KEY = bytes.fromhex("8f1d3b5c77a90214e6c2d0b18a4f6e93")


def closed(data):
    fill = 16 - len(data) % 16
    running = Cipher(algorithms.AES(KEY), modes.ECB()).encryptor()
    return running.update(data + bytes([fill]) * fill) + running.finalize()


@pytest.mark.parametrize("data", [TEXT, gzip.compress(TEXT, mtime=0)])
def test_what_a_key_opens_is_a_layer_that_names_the_key_and_wraps_again(data):
    captured = closed(data)
    ((cipher, child),) = Keyring([Key(name="app", data=KEY)]).open(captured, Limits())
    assert (cipher.name, child.data, child.start, child.end) == ("aes", data, 0, len(captured))
    assert dict(child.params) == {"key": "app", "mode": "ecb", "padding": "pkcs7"}
    assert cipher.wrap(child) == captured
    assert cipher.locate(captured, child, 3, 4) == (0, len(captured))
    assert [each.data for each in cipher.unwrap(captured, Limits())] == [data]


def test_no_result_holds_the_key():
    ((cipher, child),) = Keyring([Key(name="app", data=KEY)]).open(closed(TEXT), Limits())
    told = repr(child) + repr(Key(name="app", data=KEY)) + cipher.summary
    assert KEY.hex() not in told
    assert repr(KEY)[2:-1] not in told


def test_other_bytes_are_malformed():
    ((cipher, _),) = Keyring([Key(name="app", data=KEY)]).open(closed(TEXT), Limits())
    with pytest.raises(Malformed):
        list(cipher.unwrap(bytes(range(33)), Limits()))


def test_what_comes_out_is_bounded():
    ((_, child),) = Keyring([Key(name="app", data=KEY)]).open(closed(TEXT), Limits(size=10))
    assert (child.data, child.complete) == (TEXT[:10], False)


@pytest.mark.parametrize("data", [b"", b"short", TEXT, b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_texts_pictures_and_few_bytes_are_not_tried(data):
    assert Keyring([Key(name="app", data=KEY)]).open(data, Limits()) == []


def test_zeros_that_fill_up_a_text_are_not_deciphered():
    ((_, child),) = Keyring([Key(name="app", data=KEY)]).open(closed(TEXT) + b"\x00\x00", Limits())
    assert (child.data, child.end) == (TEXT, 64)


def test_an_empty_ring_is_false():
    assert not Keyring()
    assert Keyring(alphabets=[Alphabet(name="a", letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")])
