from __future__ import annotations

import hashlib
import subprocess
from random import Random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vitne.ciphers import Rebuilt, rebuilding
from vitne.ciphers.opening import Lock, Way, locks_of
from vitne.ciphers.rebuilding import MOST_TEXTS
from vitne.model import Key, Limits, Plaintext

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


@pytest.mark.parametrize("mode", ["cbc", "ctr", "cfb", "ofb"])
@pytest.mark.parametrize("start", ["zero", "key", "before"])
def test_every_mode_and_every_start_is_seen(mode, start):
    text = b'{"a":"004402990000014","b":"001010000000001","c":"x"}'
    key = hashlib.md5(text).digest()
    iv = {"zero": bytes(16), "key": key, "before": bytes(range(16))}[start]
    command = ["openssl", "enc", f"-aes-128-{mode}", "-K", key.hex(), "-iv", iv.hex()]
    closed_text = subprocess.run(command, input=text, capture_output=True, check=True).stdout
    data = iv + closed_text if start == "before" else closed_text
    [(cipher, child)] = Rebuilt([LAYOUT], VALUES).open(data, Limits())
    assert (child.data, cipher.wrap(child)) == (text, data)


@pytest.mark.parametrize("text", [b"id=004402990000014", b"004402990000014"])  # one is less than a block
def test_a_record_with_a_tag_behind_it_is_seen(text):
    layout = Plaintext(name="r", text=text.decode().replace("004402990000014", "{imei}"))
    nonce = bytes(range(12))
    data = nonce + AESGCM(hashlib.md5(text).digest()).encrypt(nonce, text, None)
    [(cipher, child)] = Rebuilt([layout], VALUES).open(data, Limits())
    assert (child.data, cipher.wrap(child)) == (text, data)


def test_a_cipher_of_small_blocks_is_seen():
    layout = Plaintext(name="r", text="id={imei}", cipher="blowfish")
    text, start = b"id=004402990000014", b"abcdefgh"
    lock = locks_of(Key(name="k", data=hashlib.md5(text).digest(), cipher="blowfish"))[0]
    for way in (
        Way(mode="ecb", plain=text, padding="pkcs7"),
        Way(mode="cbc", plain=text, padding="pkcs7", iv_from="before", iv=start),
    ):
        data = lock.close(way)
        assert [child.data for _, child in Rebuilt([layout], VALUES).open(data, Limits())] == [text]


def test_bytes_that_are_no_record_cost_little(monkeypatch):
    tried = []
    monkeypatch.setattr(rebuilding, "Lock", lambda *given: tried.append(given) or Lock(*given))
    rebuilt = Rebuilt([LAYOUT], VALUES)
    text = LAYOUT.text.replace("{imei}", "004402990000014").replace("{imsi}", "001010000000001")
    for length in range(len(text), len(text) + 32):
        assert rebuilt.open(Random(length).randbytes(length), Limits()) == []
    assert not tried


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
