"""Code: the lab's read back and by dexdump; code that smali assembles; code that lies."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from tests.firmware.tree import ran, tool

from vitne.firmware.budget import Budget, budget_for
from vitne.firmware.parts.dex import Dex, fits
from vitne.lab.packages import code
from vitne.model import Malformed

_TEXTS = ("IMEI1", "http://a.example/", "x" * 200, "")
_CALLS = (("android.telephony.TelephonyManager", "getImei"), ("java.net.URL", "openConnection"))
_SMALI = Path("/usr/share/java/smali.jar")


def _read(data: bytes) -> tuple[set[str], list[str]]:
    dex = Dex(data, budget_for(1 << 20))
    texts = {each.data.decode() for each in dex.texts()}
    assert all(data[each.offset :].startswith(each.data + b"\0") for each in dex.texts())
    return texts, [each.name for each in dex.methods(frozenset({"getImei", "openConnection"}))]


def test_texts_and_functions_are_read_with_their_places() -> None:
    texts, methods = _read(code(_TEXTS, _CALLS))
    assert set(_TEXTS) <= texts
    assert methods == ["android.telephony.TelephonyManager.getImei", "java.net.URL.openConnection"]


def test_the_public_tool_takes_the_code_of_the_lab(tmp_path: Path) -> None:
    (tmp_path / "classes.dex").write_bytes(code(_TEXTS, _CALLS))
    told = ran(tool("dexdump"), "-f", tmp_path / "classes.dex")
    assert "string_ids_size     : 10" in told
    assert "method_ids_size     : 2" in told


def test_code_of_a_public_assembler_is_read(tmp_path: Path) -> None:
    java = tool("java")
    if not _SMALI.is_file():
        pytest.skip("smali is not installed (Debian package libsmali-java)")
    (tmp_path / "A.smali").write_text(
        ".class public Lcom/example/A;\n.super Ljava/lang/Object;\n"
        ".method public static a(Landroid/telephony/TelephonyManager;)Ljava/lang/String;\n.registers 2\n"
        'const-string v0, "http://zażółć.example/"\n'
        "invoke-virtual {p0}, Landroid/telephony/TelephonyManager;->getImei()Ljava/lang/String;\n"
        "move-result-object v0\nreturn-object v0\n.end method\n",
        encoding="utf-8",
    )
    ran(
        java,
        "-cp",
        "/usr/share/java/*",
        "org.jf.smali.Main",
        "a",
        "-o",
        tmp_path / "a.dex",
        tmp_path / "A.smali",
    )
    texts, methods = _read((tmp_path / "a.dex").read_bytes())
    assert "http://zażółć.example/" in texts
    assert methods == ["android.telephony.TelephonyManager.getImei"]


def test_texts_that_lie_on_one_another_end_before_they_cost_much() -> None:
    size = 200_000
    offsets = struct.pack("<20000I", *([112 + 80_000] * 20_000))
    head = bytearray(code(("a",))[:112])
    struct.pack_into("<II", head, 56, 20_000, 112)
    data = bytes(head) + offsets + b"\x05" + b"a" * (size - 112 - 80_001)
    with pytest.raises(Malformed, match="lie on one another"):
        list(Dex(data, budget_for(size)).texts())


def test_tables_outside_of_the_file_are_malformed() -> None:
    data = bytearray(code(_TEXTS, _CALLS))
    struct.pack_into("<I", data, 56, 1 << 30)
    with pytest.raises(Malformed, match="table of texts"):
        Dex(bytes(data), budget_for(0))


def test_the_budget_bounds_texts() -> None:
    with pytest.raises(Malformed, match="more texts and entries"):
        Dex(code(_TEXTS), Budget(unpack=0, look=0, files=0, texts=2))


def test_damage_is_malformed_and_nothing_else() -> None:
    whole = code(_TEXTS, _CALLS)
    rng = random.Random(6)
    for _ in range(600):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(8, len(data))] = rng.randrange(256)
        try:
            _read_any(bytes(data[: rng.choice((len(data), rng.randrange(len(data))))]))
        except Malformed:
            continue


def _read_any(data: bytes) -> None:
    dex = Dex(data, budget_for(1 << 20))
    list(dex.texts())
    list(dex.methods(frozenset({"getImei"})))


def test_it_is_known_by_its_version() -> None:
    assert fits(b"dex\n038\0")
    assert not fits(b"dex\nabc\0")
    assert not fits(b"")
