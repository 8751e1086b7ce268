from __future__ import annotations

import hashlib
import subprocess

import pytest

from vitne.ciphers import Rebuilt
from vitne.ciphers.rebuilding import MOST_TEXTS
from vitne.model import Limits, Plaintext

LAYOUT = Plaintext(name="record of the shop", text='{"a":"{imei}","b":"{imsi}","c":"x"}')
VALUES = {"imei": [b"004402990000014", b"00440299000001"], "imsi": [b"001010000000001"]}


def closed(text: bytes, key: bytes, *more: str) -> bytes:
    """Give what openssl makes of a text."""
    name = "-aes-128-cbc" if more else "-aes-128-ecb"
    command = ["openssl", "enc", name, "-K", key.hex(), *more]
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":"004402990000014","b":"001010000000001","c":"x"}',
        b'{"a":"00440299000001","b":"","c":"x"}',  # another form of the value, and a place left empty
    ],
)
def test_a_record_closed_under_its_own_digest_is_rebuilt_from_known_values(text):
    data = closed(text, hashlib.md5(text).digest())
    [(cipher, child)] = Rebuilt([LAYOUT], VALUES).open(data, Limits())
    assert child.data == text
    assert cipher.wrap(child) == data
    assert dict(child.params)["key"] == "record of the shop"
    assert hashlib.md5(text).hexdigest() not in str(child.params)


def test_a_first_block_before_the_record_is_seen():
    text = b'{"a":"004402990000014","b":"001010000000001","c":"x"}'
    start = bytes(range(16))
    data = start + closed(text, hashlib.md5(text).digest(), "-iv", start.hex())
    [(cipher, child)] = Rebuilt([LAYOUT], VALUES).open(data, Limits())
    assert (child.data, cipher.wrap(child)) == (text, data)


def test_the_key_may_take_several_steps():
    layout = Plaintext(name="r", text="id={imei}", steps=("md5", "hex", "first 16"))
    text = b"id=004402990000014"
    data = closed(text, hashlib.md5(text).hexdigest()[:16].encode())
    assert [child.data for _, child in Rebuilt([layout], VALUES).open(data, Limits())] == [text]


def test_the_record_of_somebody_else_stays_closed():
    text = b'{"a":"490154203237518","b":"001010000000001","c":"x"}'
    data = closed(text, hashlib.md5(text).digest())
    assert Rebuilt([LAYOUT], VALUES).open(data, Limits()) == []
    assert Rebuilt([LAYOUT], {}).open(data, Limits()) == []
    assert Rebuilt([LAYOUT], VALUES).open(bytes(64), Limits()) == []


def test_steps_that_give_no_key_open_nothing():
    layout = Plaintext(name="r", text="id={imei}", steps=("sha1",))
    assert Rebuilt([layout], VALUES).open(bytes(32), Limits()) == []


def test_texts_of_one_layout_are_bounded():
    words = [f"{{{name}}}" for name in ("imei", "imsi", "iccid", "msisdn", "meid", "oaid", "gsf-id", "ssid")]
    values = {word.strip("{}"): [b"1", b"2", b"3", b"4", b"5", b"6"] for word in words}
    rebuilt = Rebuilt([Plaintext(name="r", text="".join(words))], values)
    assert sum(map(len, rebuilt._waiting.values())) <= 2 * MOST_TEXTS
