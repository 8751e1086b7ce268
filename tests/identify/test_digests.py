from __future__ import annotations

import base64
import hashlib
import hmac
import zlib

import pytest

from vitne.identify.digest_table import known
from vitne.identify.search import Searcher
from vitne.identify.tokens import tokens
from vitne.model import Node, Part, Salt, Seed

IMEI = "490154203237518"
SEED = Seed(identifier="imei", name="imei#1", value=IMEI)
SALT = Salt(name="pepper", data=b"xK2!vorbis")


def found(text, *salts):
    part = Part(path="body", start=0, end=len(text))
    searcher = Searcher([SEED], salts=salts, haystack=1 << 20)
    return list(searcher.nodes([Node(text, part=part)]))


def one(text, *salts):
    (sighting,) = found(b'{"h":"' + text + b'"}', *salts)
    assert (sighting.identifier, sighting.value, sighting.spelling_verified) == ("imei", IMEI, True)
    assert sighting.grade == "derived"
    assert sighting.evalue < 1e-2
    return [codec for codec, _ in sighting.spelling_layers]


@pytest.mark.parametrize("name", known(("sm3", "ripemd160", "sha3_512", "blake2s", "sha512_256", "sha3_224")))
def test_rare_digests_are_known(name):
    assert one(hashlib.new(name, IMEI.encode()).hexdigest().encode()) == ["hex", name]


def test_salted_digests_are_known_before_and_behind_and_with_a_mark():
    value = IMEI.encode()
    assert one(hashlib.md5(SALT.data + value).hexdigest().encode(), SALT) == ["hex", "md5", "salted"]
    assert one(hashlib.sha1(value + SALT.data).hexdigest().encode(), SALT) == ["hex", "sha1", "salted"]
    joined = value + b"_" + SALT.data
    assert one(hashlib.sha256(joined).hexdigest().upper().encode(), SALT) == ["hex", "sha256", "salted"]


def test_keyed_digests_are_known_in_hex_and_base64():
    raw = hmac.new(SALT.data, IMEI.encode(), "sha256").digest()
    assert one(raw.hex().encode(), SALT) == ["hex", "hmac"]
    assert one(base64.b64encode(raw), SALT) == ["base64", "hmac"]
    assert [each.value for each in found(raw, SALT)] == [IMEI]


def test_digests_cut_short_and_digests_of_digests_are_known():
    assert one(hashlib.sha384(IMEI.encode()).hexdigest()[:24].encode()) == ["hex", "sha384"]
    first = hashlib.sha1(IMEI.encode()).hexdigest().encode()
    assert one(hashlib.md5(first).hexdigest().encode()) == ["hex", "md5", "hex", "sha1"]
    assert one(f"{zlib.crc32(IMEI.encode()):08x}".encode()) == ["hex", "crc32"]


def test_no_result_holds_a_salt():
    (sighting,) = found(hashlib.md5(SALT.data + IMEI.encode()).hexdigest().encode(), SALT)
    assert "vorbis" not in repr(sighting.spelling_layers)
    assert "pepper" in repr(sighting.spelling_layers)


def test_without_the_salt_and_of_another_value_nothing_is_found():
    assert found(hashlib.md5(SALT.data + IMEI.encode()).hexdigest().encode()) == []
    assert found(hashlib.md5(SALT.data + b"490154203237526").hexdigest().encode(), SALT) == []


def test_a_salt_that_the_message_tells_is_used():
    token = hashlib.md5(IMEI.encode() + b"com.example.app").hexdigest().encode()
    node = Node(token, part=Part(path="body", start=0, end=32))
    searcher = Searcher([SEED], haystack=1 << 20)
    told = Salt(name="recipe told-salt", data=b"com.example.app")
    (sighting,) = searcher.told([node], [told])
    assert (sighting.value, sighting.start, sighting.end) == (IMEI, 0, 32)
    assert list(searcher.told([node], [])) == []


def test_tokens_are_whole_runs():
    token = hashlib.new("sha3_256", IMEI.encode()).hexdigest().encode()
    told = [raw.hex().encode() for _, _, raw, how in tokens(b"a " + token + b" b") if how[0] == "hex"]
    assert told == [token]
    assert list(tokens(b"x" + token)) == []
    assert list(tokens(b"deadbeefdeadbeef"[:7])) == []


def test_the_last_of_many_tokens_is_looked_up():
    others = b" ".join(b"%016x" % (number * 0x9E3779B97F4A7C15 % (1 << 64)) for number in range(20_000))
    digest = hashlib.sha1(IMEI.encode()).hexdigest().encode()
    assert [each.value for each in found(others + b" " + digest)] == [IMEI]


def test_a_token_is_a_whole_word_of_one_case():
    text = hashlib.blake2s(IMEI.encode()).hexdigest().encode()
    assert found(b"(" + text + b")")
    for other in (b"x" + text, text + b"g", text[:-1], text[:20] + text[20:].upper()):
        assert found(b"(" + other + b")") == []
