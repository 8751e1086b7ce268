"""Twin of vitne.pipeline.openings: what is closed is opened on the whole way, with keys of all three origins."""

from __future__ import annotations

import hashlib
from random import Random
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.pipeline.talk import IMEI, Talk, post
from vitne.encodings._looks import readable
from vitne.identify.search import Searcher
from vitne.identify.subject import read_subject
from vitne.model import Key, Limits, Node, Part, Salt, Secrets, Seed
from vitne.pipeline import Options, run_scan
from vitne.pipeline.openings import Openings

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.model import Finding

KEY = bytes.fromhex("8f1d3b5c77a90214e6c2d0b18a4f6e93")
TEXT = f'{{"model":"TA-0000","hw":"{IMEI}","ts":1549174542}}'.encode()


def closed(data: bytes, algorithm: object, size: int) -> bytes:
    fill = size - len(data) % size
    running = Cipher(algorithm, modes.ECB()).encryptor()  # type: ignore[arg-type, var-annotated]
    return running.update(data + bytes([fill]) * fill) + running.finalize()


def under(data: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data))


def found(tmp_path: Path, *, body: bytes, secrets: Secrets | None = None, target: str = "/") -> list[Finding]:
    talk = Talk()
    talk.ask(post(body, kind="application/octet-stream", target=target))
    path = talk.write(tmp_path / "a.pcap")
    subject = tmp_path / "subject.toml"
    subject.write_text(f'[[known]]\nidentifier = "imei"\nvalue = "{IMEI}"\n', encoding="utf-8")
    subject.chmod(0o600)
    options = Options(subject=read_subject(subject)[0], secrets=secrets or Secrets())
    return [one for one in run_scan([path], options).findings if one.seed == "imei#1"]


def test_a_key_of_the_user_opens_and_is_named(tmp_path: Path) -> None:
    body = closed(TEXT, algorithms.AES(KEY), 16)
    assert found(tmp_path, body=body) == []
    (one,) = found(tmp_path, body=body, secrets=Secrets(keys=(Key(name="app", data=KEY),)))
    assert [layer["codec"] for layer in one.layers] == ["http", "aes", "json"]
    assert (one.layers[1]["params"]["key"], one.protection, one.verified) == ("app", "decrypted", True)
    assert KEY.hex() not in repr(one)


def test_a_key_that_the_message_yields_is_named_by_its_recipe(tmp_path: Path) -> None:
    key = str((1612345678 % 10**8) ^ 0x1001111)[-8:].encode()
    body = closed(TEXT, TripleDES(key * 3), 8)
    (one,) = found(tmp_path, body=body, target="/p?time=1612345678")
    assert one.layers[1]["params"]["key"] == "recipe input-method-time"
    assert one.verified
    assert found(tmp_path, body=body, target="/p?time=1612345777") == []


@pytest.mark.parametrize("key", [b"\x99", b"\x21\x84\x07\xf1", b"\xa1\x02\x93\x04\xd5\x06\xe7\x08"])
def test_a_key_that_a_value_yields_is_told_with_its_chance(tmp_path: Path, key: bytes) -> None:
    (one,) = found(tmp_path, body=under(TEXT, key))
    assert [layer["codec"] for layer in one.layers] == ["http", "xor", "json"]
    assert one.verified
    assert one.evalue is not None
    assert one.evalue < 1e-6


def test_a_neighbour_under_a_key_is_not_the_value(tmp_path: Path) -> None:
    for place in (0, 7, 14):
        other = IMEI[:place] + str((int(IMEI[place]) + 3) % 10) + IMEI[place + 1 :]
        body = under(TEXT.replace(IMEI.encode(), other.encode()), b"\xa1\x02\x93\x04\xd5\x06\xe7\x08")
        assert [one for one in found(tmp_path, body=body) if one.spelling == IMEI] == []


def test_a_salt_of_the_user_and_one_that_the_message_tells_are_used(tmp_path: Path) -> None:
    digest = hashlib.sha1(b"pepper" + IMEI.encode()).hexdigest()
    (one,) = found(
        tmp_path,
        body=f'{{"h":"{digest}"}}'.encode(),
        secrets=Secrets(salts=(Salt(name="kit", data=b"pepper"),)),
    )
    assert {"salt": "kit", "at": "before"} in [layer.get("params") for layer in one.layers]
    told = hashlib.md5(IMEI.encode() + b"com.example.app").hexdigest()
    (one,) = found(tmp_path, body=f'{{"pkg":"com.example.app","h":"{told}"}}'.encode())
    assert one.layers[-1]["params"]["salt"] == "recipe told-salt"


def test_a_record_too_long_for_a_short_value_is_told_as_a_gap(tmp_path: Path) -> None:
    rows = ",".join(f'"{row:05}":"{row}"' for row in range(6000))
    record = f'{{"a":"12","sn":"VTN0CL4Q81ZX","ts":1549174542,{rows}}}'.encode()
    talk = Talk()
    talk.ask(post(under(record, bytes.fromhex("a10293f4d506e708")), kind="application/octet-stream"))
    path = talk.write(tmp_path / "a.pcap")
    subject = tmp_path / "subject.toml"
    subject.write_text('[[known]]\nidentifier = "serial-number"\nvalue = "VTN0CL4Q81ZX"\n', encoding="utf-8")
    subject.chmod(0o600)
    result = run_scan([path], Options(subject=read_subject(subject)[0]))
    assert [one for one in result.findings if one.seed == "serial-number#1"] == []
    assert any("more than 64 KiB" in gap.why for gap in result.gaps if gap.kind == "limit")


def test_what_many_refuse_at_one_go_opens_alone_neither() -> None:
    rng = Random(6)
    seed = Seed(identifier="imei", name="imei#1", value=IMEI)
    searcher = Searcher([seed])
    opener = Openings(Secrets(), searcher)
    noise = [rng.randbytes(rng.randint(1, 400)) for _ in range(200)]
    noise[70:70] = [under(TEXT, bytes([rng.randrange(128, 256)]) + rng.randbytes(n)) for n in range(6)]
    refused = opener.refuses(noise)
    for data, sure in zip(noise, refused, strict=True):
        node = Node(data, part=Part(path="payload", start=0, end=len(data)))
        assert not (sure and not readable(data) and opener.open(node, Limits()))
    assert sum(refused) > 150
    assert not any(refused[70:76])
    assert opener.refuses([]) == []
    keyed = Openings(Secrets(keys=(Key(name="app", data=KEY),)), searcher)
    assert not any(keyed.refuses(noise))
