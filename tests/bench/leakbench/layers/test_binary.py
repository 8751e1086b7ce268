from __future__ import annotations

import plistlib
import shutil
import subprocess

import pytest
from bench.leakbench.cargo import CannotCarryError, Cargo
from bench.leakbench.layers.binary import varint

from bench.leakbench.layers import LAYERS

EVERY = (
    "protobuf", "protobuf-nested", "msgpack", "cbor", "bson", "thrift-binary", "thrift-compact", "java", "asn1",
    "tlv", "amf0", "grpc", "nul",
)  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_the_bytes_stand_inside_as_they_are(name, cargo, chance, words):
    made = LAYERS[name](cargo, chance, words)
    assert made.value == cargo.value
    assert cargo.data in made.data


def test_numbers_in_base_128_are_those_of_the_specification():
    """protobuf.dev, encoding: 150 is 96 01."""
    assert varint(150) == b"\x96\x01"
    assert varint(1) == b"\x01"


def test_msgpack_heads_are_those_of_the_specification(chance, words):
    """A map of three pairs; a string of 3 bytes is a3, of 200 is d9 c8, of 300 is da 01 2c, bytes are c4."""
    for data, head in (
        (b"abc", b"\xa3"),
        (b"a" * 200, b"\xd9\xc8"),
        (b"a" * 300, b"\xda\x01\x2c"),
        (b"\xff" * 3, b"\xc4\x03"),
    ):
        made = LAYERS["msgpack"](Cargo(data, 0, len(data)), chance, words).data
        assert made[0] == 0x83
        assert b"\xa4data" + head + data in made


def test_cbor_heads_are_those_of_the_rfc(chance, words):
    """RFC 8949 appendix A: "IETF" is 64 49455446, bytes 01020304 are 44 01020304."""
    for data, head in ((b"IETF", b"\x64"), (b"\x01\x02\x03\xff", b"\x44"), (b"a" * 300, b"\x79\x01\x2c")):
        made = LAYERS["cbor"](Cargo(data, 0, len(data)), chance, words).data
        assert made[0] == 0xA3
        assert b"\x64data" + head + data in made


def test_a_bson_document_tells_its_own_length(cargo, chance, words):
    made = LAYERS["bson"](cargo, chance, words).data
    assert int.from_bytes(made[:4], "little") == len(made)
    assert made[-1] == 0


def test_property_lists_are_read_by_the_standard_library(cargo, chance, words):
    for name in ("bplist", "xml-plist"):
        assert plistlib.loads(LAYERS[name](cargo, chance, words).data)["data"] == cargo.data.decode()


def test_openssl_reads_the_asn1(cargo, chance, words):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    made = LAYERS["asn1"](cargo, chance, words).data
    run = subprocess.run(
        ["openssl", "asn1parse", "-inform", "DER"], input=made, capture_output=True, check=True
    )
    assert b"UTF8STRING" in run.stdout
    assert cargo.data in run.stdout


def test_what_is_too_long_for_a_head_is_refused(chance, words):
    for name in ("msgpack", "cbor", "tlv", "java", "lwm2m-tlv"):
        with pytest.raises(CannotCarryError):
            LAYERS[name](Cargo(b"a" * 70000, 0, 1), chance, words)
