"""Native programs of this machine against readelf and a plain search; programs that lie."""

from __future__ import annotations

import random
import re
import shutil
import struct
import sys
from pathlib import Path

import pytest
from tests.firmware.tree import ran

from vitne.firmware.parts.elf import MAGIC, linked, texts
from vitne.firmware.source import Held, Mapped
from vitne.model import Malformed


def _program() -> Path:
    place = Path(sys.executable).resolve()
    if place.read_bytes()[:4] != MAGIC:
        pytest.skip("the interpreter of this machine is no ELF program")
    return place


def test_what_a_program_needs_and_takes_agrees_with_readelf() -> None:
    if shutil.which("readelf") is None:
        pytest.skip("readelf is not installed (Debian package binutils)")
    place = _program()
    found = linked(Mapped(place))
    told = ran("readelf", "-dW", place)
    assert list(found.needed) == re.findall(r"\(NEEDED\).*\[(.+)\]", told)
    rows = re.findall(
        r"^\s*(\d+): \S+\s+\d+ \S+\s+\S+\s+\S+\s+UND (\S+)",
        ran("readelf", "--dyn-syms", "-W", place),
        re.MULTILINE,
    )
    want = {(int(number), name.partition("@")[0]) for number, name in rows}
    assert {(each.number, each.name) for each in found.imports} == want


def test_texts_and_places_agree_with_a_plain_search_across_every_border() -> None:
    rng = random.Random(8)
    data = bytearray()
    while len(data) < (2 << 20) + 999:
        data += rng.choice((b"\0", b"\xff")) * rng.randrange(1, 40) + b"t" * rng.randrange(1, 3000)
    at = (1 << 20) - 40
    data[at : at + 80] = b"http://" + b"a" * 70 + b"\0\0\0"
    want = [(each.start(), each.group()) for each in re.finditer(rb"[\x20-\x7e]{4,4096}", bytes(data))]
    assert list(texts(Held(bytes(data)))) == want


def test_a_run_without_an_end_is_read_in_pieces() -> None:
    assert sum(len(text) for _, text in texts(Held(b"a" * (3 << 20)))) == 3 << 20


def test_short_and_foreign_heads_are_malformed() -> None:
    for head in (b"", MAGIC, MAGIC + bytes(60), b"MZ" + bytes(100)):
        with pytest.raises(Malformed):
            linked(Held(head))


def test_damage_is_malformed_and_nothing_else() -> None:
    data = bytearray(_program().read_bytes()[:4096])
    (table,) = struct.unpack_from("<Q", data, 32)
    rng = random.Random(9)
    for _ in range(400):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 6)):
            broken[rng.choice((rng.randrange(16, 64), table + rng.randrange(600)))] = rng.randrange(256)
        try:
            linked(Held(bytes(broken)))
        except Malformed:
            continue
