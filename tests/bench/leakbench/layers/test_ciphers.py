from __future__ import annotations

import hashlib
import shutil
import subprocess
import zlib

import pytest
from bench.leakbench.layers.ciphers import xor

from bench.leakbench.layers import LAYERS

OPENSSL = {
    "aes-ecb": ("-aes-128-ecb", 0, 16),
    "aes-cbc": ("-aes-128-cbc", 16, 16),
    "aes-cbc-zero": ("-aes-128-cbc", 0, 16),
    "aes-256-cbc": ("-aes-256-cbc", 16, 32),
    "aes-ctr": ("-aes-128-ctr", 16, 16),
    "3des-cbc": ("-des-ede3-cbc", 8, 24),
    "sm4-ecb": ("-sm4-ecb", 0, 16),
}


@pytest.mark.parametrize("name", OPENSSL)
def test_openssl_reads_it_back(name, cargo, chance, words):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    cipher, lead, size = OPENSSL[name]
    data = LAYERS[name](cargo, chance, words).data
    found = []
    for key in words.keys[size]:
        command = ["openssl", "enc", "-d", cipher, "-K", key.hex()]
        if not cipher.endswith("ecb"):
            command += ["-iv", data[:lead].hex() if lead else "00" * 16]
        run = subprocess.run(command, input=data[lead:], capture_output=True, check=False)
        found.append(run.stdout)
    assert cargo.data in found


@pytest.mark.parametrize("length", [1, 2, 4, 8])
def test_a_repeated_key_falls_out_again(length, cargo, chance, words):
    made = LAYERS[f"xor-{length}"](cargo, chance, words).data
    key = xor(made, cargo.data)[:length]
    assert 0 not in key
    assert xor(made, key) == cargo.data


def test_a_key_that_is_sent_opens_the_text(cargo, chance, words):
    made = LAYERS["xor-key-sent"](cargo, chance, words).data
    assert xor(made[32:], made[:32]) == cargo.data


def test_a_masked_frame_opens_as_the_rfc_says(cargo, chance, words):
    """RFC 6455 5.2 and 5.3."""
    made = LAYERS["websocket-mask"](cargo, chance, words).data
    assert made[0] == 0x82
    assert made[1] == 0x80 | len(cargo.data)
    assert bytes(byte ^ made[2 + at % 4] for at, byte in enumerate(made[6:])) == cargo.data


def test_the_key_of_a_told_time_is_that_of_the_published_rule(cargo, chance, words):
    """The rule: eight low digits of (time mod 10^8) xor 0x1001111; 1690000000 gives 73227153."""
    assert str((1690000000 % 10**8) ^ 0x1001111)[-8:] == "73227153"
    made = LAYERS["des-time"](cargo, chance, words)
    [(name, moment)] = made.beside
    assert name == "time"
    assert moment.isdigit()
    assert len(made.data) % 8 == 0


def test_the_key_of_ids_is_half_of_their_digest(cargo, chance, words):
    made = LAYERS["aes-form-ids"](cargo, chance, words)
    assert [name for name, _ in made.beside] == ["app_id", "app_key", "device_id"]
    example = hashlib.md5(b"seed:1000000-2000000-dev0001").hexdigest()
    assert example[:16] == "9e47a57d73b8bfca"


def test_a_frame_with_checksum_is_that_of_the_notes(cargo, chance, words):
    made = LAYERS["xor-crc-frame"](cargo, chance, words).data
    assert made[:2] == b"\x01\x02"
    assert int.from_bytes(made[2:4], "little") == len(cargo.data)
    assert int.from_bytes(made[4:8], "little") == zlib.crc32(made[8:])


def test_what_nobody_has_the_key_of_says_so(cargo, chance, words):
    assert not LAYERS["aes-unknown"](cargo, chance, words).reachable
    assert LAYERS["aes-ecb"](cargo, chance, words).reachable
