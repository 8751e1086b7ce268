"""Resource tables: the lab's, and those that aapt makes from source."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.firmware.tree import ran, tool

from vitne.firmware.budget import budget_for
from vitne.firmware.containers.zip_archive import entries, opened
from vitne.firmware.parts.resource_table import ResourceTable, _letters
from vitne.firmware.source import Mapped
from vitne.lab.packages import resources
from vitne.model import Malformed

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.firmware.parts.resource_table import Resource

_STRINGS = (("server", "http://a.example/"), ("app_name", "Været"))
_SWITCHES = (("on", True), ("off", False))


def _table(data: bytes) -> tuple[ResourceTable, list[Resource]]:
    table = ResourceTable(data, budget_for(1 << 20))
    return table, table.resources()


def test_texts_and_switches_have_their_names_and_numbers() -> None:
    table, found = _table(resources("com.example.a", _STRINGS, _SWITCHES))
    assert table.fault == ""
    assert {each.number: (each.name, each.text) for each in found} == {
        0x7F010000: ("bool/on", "true"),
        0x7F010001: ("bool/off", "false"),
        0x7F020000: ("string/server", "http://a.example/"),
        0x7F020001: ("string/app_name", "Været"),
    }
    assert table.resolved(found)[0x7F010000] == ("bool/on", "true")


def test_a_table_of_the_public_tool_is_read_with_its_configurations(tmp_path: Path) -> None:
    tree = tmp_path / "res"
    for folder, text in (("values", "world"), ("values-mcc460-zh-rCN", "china"), ("values-fil", "tagalog")):
        (tree / folder).mkdir(parents=True)
        body = f'<resources><string name="server">http://{text}.example/</string></resources>'
        (tree / folder / "a.xml").write_text(body)
    lists = "<resources><string-array name='keys'><item>IMEI1</item><item>MACID</item></string-array>"
    lists += "<bool name='on'>true</bool><bool name='same'>@bool/on</bool></resources>"
    (tree / "values" / "b.xml").write_text(lists)
    (tmp_path / "AndroidManifest.xml").write_text('<manifest package="com.example.a"/>')
    ran(tool("aapt"), "package", "-M", tmp_path / "AndroidManifest.xml", "-S", tree, "-F", tmp_path / "a.apk")
    source = Mapped(tmp_path / "a.apk")
    [entry] = [each for each in entries(source)[0] if each.name == "resources.arsc"]
    data, _ = opened(source, entry, budget_for(source.size))
    table, found = _table(data.read(0, data.size))
    told = {(each.name, each.config): each.text for each in found}
    assert told["string/server", ""] == "http://world.example/"
    assert told["string/server", "mcc460-zh-rCN"] == "http://china.example/"
    assert told["string/server", "fil"] == "http://tagalog.example/"
    assert [told[f"array/keys[{number}]", ""] for number in (0, 1)] == ["IMEI1", "MACID"]
    assert ("bool/same", "true") in table.resolved(found).values()


def test_damage_ends_in_a_fault_or_malformed_and_nothing_else() -> None:
    whole = resources("com.example.a", _STRINGS, _SWITCHES)
    rng = random.Random(4)
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 5)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            _table(bytes(data[: rng.choice((len(data), rng.randrange(len(data))))]))
        except Malformed:
            continue


def test_languages_of_three_letters_are_unpacked() -> None:
    assert _letters(b"\xad\x05", "a") == "fil"
    assert _letters(b"zh", "a") == "zh"
    assert _letters(b"\0\0", "a") == ""
