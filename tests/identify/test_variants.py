"""Expectations from the standard library and from vectors worked out by other tools, not from our own output."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import quopri
import shutil
import struct
import subprocess
import uuid
from urllib.parse import quote, unquote_plus, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.variants import needles, write
from vitne.model import Seed

IMEI = Seed(identifier="imei", name="imei#1", value="004402990000014")
MAC = Seed(identifier="mac-address", name="mac#1", value="00:00:5e:00:53:01")
UUID = Seed(identifier="advertising-id", name="aaid#1", value="6a1c1487-a0af-4223-b142-a0f4621d0311")
NAME = Seed(identifier="person-name", name="name#1", value="Åse Nordmann-Ås")


def _data(seed: Seed) -> set[bytes]:
    return {needle.data.lower() if needle.fold else needle.data for needle in needles([seed])}


@pytest.mark.parametrize(
    "digest",
    [
        "133c4c1986bb26996120403e2458f4f2",  # md5sum
        "5b5cc83137494093aefa6337d13876408e75fd53",  # sha1sum
        "23f9eda1da3c90dbf4b76542f9c2cefc2c40a013faf6ad77f43a0107d0b21090",  # sha256sum
        "86bb26996120403e",  # the middle of the first
    ],
)
def test_known_digests_of_an_imei_are_needles(digest: str):
    assert digest.encode() in _data(IMEI)


@pytest.mark.parametrize("digest", ["4e5777527ae0173f4597ebc081daddf5", "d7c796d1b21429a627ad5a6e181b627a"])
def test_known_digests_of_two_spellings_of_an_address_are_needles(digest: str):
    assert digest.encode() in _data(MAC)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
@pytest.mark.parametrize("name", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
def test_digests_are_those_of_openssl(name: str):
    done = subprocess.run(
        ["openssl", "dgst", f"-{name}", "-binary"],
        input=b"kari@mail.example",
        capture_output=True,
        check=True,
    )
    seed = Seed(identifier="email-address", name="x", value="kari@mail.example")
    assert {done.stdout, done.stdout.hex().encode()} <= _data(seed)
    assert any(data in base64.b64encode(done.stdout) for data in _data(seed))


@given(prefix=st.binary(max_size=20), suffix=st.binary(max_size=20), url=st.booleans())
def test_base64_of_anything_around_the_value_holds_one_of_three_needles(
    prefix: bytes, suffix: bytes, url: bool
):
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    encoded = encode(prefix + b"004402990000014" + suffix)
    found = [
        shift
        for shift in range(3)
        if write(b"004402990000014", (("base64url" if url else "base64", (("shift", shift),)),)) in encoded
    ]
    assert len(prefix) % 3 in found


@given(value=st.binary(min_size=5, max_size=40), prefix=st.binary(max_size=7), suffix=st.binary(max_size=7))
def test_the_base64_core_is_as_long_as_can_be(value: bytes, prefix: bytes, suffix: bytes):
    shift = len(prefix) % 3
    core = write(value, (("base64", (("shift", shift),)),))
    encoded = base64.b64encode(prefix + value + suffix)
    at = -(-len(prefix) * 8 // 6)
    assert encoded[at : at + len(core)] == core
    assert len(core) >= (8 * len(value) - 10) // 6


@pytest.mark.parametrize(
    "wanted",
    [
        b"004402990000014".hex().encode(),
        b"".join(b"%%%02x" % byte for byte in b"004402990000014"),
        "004402990000014".encode("utf-16-le"),
        "004402990000014".encode("utf-16-be"),
        struct.pack("<Q", 4402990000014),
        struct.pack(">Q", 4402990000014),
        struct.pack("<d", 4402990000014),
        b"%x" % 4402990000014,
        b"410000099204400",
        bytes.fromhex("004402990000014f"),  # TS 29.002 would swap; plain BCD with filler
        bytes.fromhex("00442099000010f4"),  # TBCD, TS 29.002 17.7.8
        bytes.fromhex("40049209000041"),  # TS 24.008 10.5.1.4 behind its first byte 0x0a
        bytes.fromhex("8ecf9eb5928001"),  # protobuf varint
    ],
)
def test_an_imei_is_looked_for_in_every_numeric_form(wanted: bytes):
    assert wanted in _data(IMEI)


def test_an_address_is_looked_for_as_bytes_and_numbers():
    raw = bytes.fromhex("00005e005301")
    modified = bytes.fromhex("02005efffe005301")  # RFC 4291 appendix A
    wanted = {raw, raw[::-1], modified}
    assert wanted <= _data(MAC)
    assert raw[::-1] in struct.pack("<Q", int.from_bytes(raw, "big"))  # a 64-bit integer holds one of them
    assert hashlib.md5(raw).hexdigest().encode() in _data(MAC)
    assert str(int.from_bytes(raw, "big")).encode() in _data(MAC)


def test_a_uuid_is_looked_for_in_both_byte_orders():
    value = uuid.UUID(UUID.value)
    assert {value.bytes, value.bytes_le} <= _data(UUID)
    assert hashlib.sha1(UUID.value.upper().encode()).hexdigest().encode() in _data(UUID)


def test_a_name_survives_every_text_codec():
    text = NAME.value
    found = _data(NAME)
    for encoded in (
        json.dumps(text)[1:-1],
        quote(text, safe=""),
        quote(text, safe="").replace("%20", "+"),
        text.encode("ascii", "xmlcharrefreplace").decode(),
    ):
        assert encoded.lower().encode() in found, encoded
    for needle in needles([NAME]):
        spoken = needle.text.decode()
        if needle.layers and needle.layers[0][0] == "charset":
            charset = dict(needle.layers[0][1])["charset"]
            raw = unquote_to_bytes(needle.data) if needle.codec == "percent" else needle.data
            assert raw.decode(charset) == needle.text.decode()
            continue
        if needle.codec == "percent":
            assert unquote_plus(needle.data.decode()) == spoken
        elif needle.codec == "html-numeric":
            assert html.unescape(needle.data.decode()) == spoken
        elif needle.codec == "json-escapes":
            assert json.loads(b'"' + needle.data + b'"') == spoken
        elif needle.codec == "utf-16":
            assert spoken in {
                needle.data.decode("utf-16-le", "replace"),
                needle.data.decode("utf-16-be", "replace"),
            }
    assert quopri  # quoted-printable is undone by unwrapping, not by needles


def test_every_needle_is_what_writing_gives_again():
    for needle in needles([IMEI, MAC, UUID, NAME]):
        assert write(needle.text, needle.layers) == needle.data


def test_no_two_needles_of_a_seed_find_the_same_bytes():
    found = [(needle.data.lower() if needle.fold else needle.data, needle.tail) for needle in needles([MAC])]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("seed", [IMEI, MAC, UUID, NAME])
def test_binary_needles_are_five_bytes_or_more(seed: Seed):
    raw = {"bcd", "integer-bytes", "varint", "float64", "unhex", "eui-64", "guid"}
    assert all(len(needle.data) >= 5 for needle in needles([seed]) if needle.codec in raw)


def test_a_secret_keeps_its_case_under_codecs_that_show_it():
    seed = Seed(identifier="password", name="x", value="Very Secret/1")
    assert not any(needle.fold for needle in needles([seed]) if not needle.layers)
    assert b"Very%20Secret%2F1" in {needle.data for needle in needles([seed]) if not needle.fold}


def test_an_unknown_codec_is_an_error():
    with pytest.raises(KeyError):
        write(b"x", (("no-such", ()),))


def test_exchanged_letters_and_digits_are_those_of_the_known_examples():
    """ROT13 and ROT47 of the encyclopedia articles; Atbash of the alphabet's ends; ROT5 of 12345."""
    assert (
        write(b"Why did the chicken cross the road?", (("rot13", ()),))
        == b"Jul qvq gur puvpxra pebff gur ebnq?"
    )
    assert write(b"The Quick Brown Fox", (("rot47", ()),)) == b'%96 "F:4< qC@H? u@I'
    assert write(b"azAZ mn", (("atbash", ()),)) == b"zaZA nm"
    assert write(b"12345", (("rot5", ()),)) == b"67890"


def test_digests_cut_short_doubled_or_with_colons_are_written_as_senders_do():
    found = {
        needle.data: needle
        for needle in needles([Seed(identifier="imei", name="x", value="004402990000014")])
    }
    md5 = hashlib.md5(b"004402990000014").hexdigest()
    assert found[md5[:16].encode()].border == "hex"
    assert hashlib.md5(md5.encode()).hexdigest().encode() in found
    assert hashlib.sha1(b"004402990000014").digest().hex(":").encode() in found
    assert hashlib.sha3_256(b"004402990000014").hexdigest().encode() in found
    assert f"{md5[2]}{md5[12]}{md5[22]}{md5}".upper().encode() in found


def test_numbers_in_base_36_are_read_back_by_the_standard_library():
    assert int(write(b"490154203237518", (("integer", (("base", 36),)),)), 36) == 490154203237518
    assert write(b"490154203237518", (("integer", (("base", 16),)),)) == f"{490154203237518:x}".encode()
