"""Binary XML: what the lab writes is what aapt reads; what aapt writes is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.firmware.tree import ran, tool

from vitne.firmware.parts.android_xml import AndroidXml
from vitne.lab.firmware import CLIENT
from vitne.lab.packages import Element, apk, binary_xml, manifest
from vitne.model import Malformed

if TYPE_CHECKING:
    from pathlib import Path

_ROOT = Element(
    "manifest",
    {"package": "com.example.a", "versionCode": 7},
    (Element("application", {"enabled": False, "name": ("@", 0x7F010002)}, (Element("x", {"own": "æ"}),)),),
)


def test_elements_come_in_order_with_depth_and_values() -> None:
    elements = list(AndroidXml(binary_xml(_ROOT)).elements())
    assert [(each.name, each.depth) for each in elements] == [("manifest", 0), ("application", 1), ("x", 2)]
    assert elements[0].attributes["versionCode"].text == "7"
    assert elements[1].attributes["enabled"].text == "false"
    assert elements[1].attributes["name"].reference == 0x7F010002
    assert elements[2].attributes["own"].text == "æ"


def test_a_name_that_was_blanked_is_told_by_its_number() -> None:
    data = binary_xml(_ROOT).replace(b"\x07\x07enabled", b"\x07\x07       ")
    [_, application, _] = AndroidXml(data).elements()
    assert application.attributes["enabled"].text == "false"


def test_the_public_tool_reads_the_same_manifest(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(apk(CLIENT))
    told = ran(tool("aapt"), "dump", "xmltree", tmp_path / "a.apk", "AndroidManifest.xml")
    names = [line.split("E: ")[1].split(" (")[0] for line in told.splitlines() if " E: " in line]
    document = AndroidXml(binary_xml(manifest(CLIENT)))
    assert [each.name for each in document.elements()] == names


def test_every_prefix_gives_its_elements_and_then_malformed() -> None:
    data = binary_xml(manifest(CLIENT))
    whole = [each.name for each in AndroidXml(data).elements()]
    for cut in range(0, len(data) - 1, 13):
        names: list[str] = []
        with pytest.raises(Malformed):
            names.extend(each.name for each in AndroidXml(data[:cut]).elements())
        assert names == whole[: len(names)]


@given(st.binary(max_size=400))
def test_noise_is_malformed(noise: bytes) -> None:
    with pytest.raises(Malformed):
        list(AndroidXml(b"\x03\x00\x08\x00" + noise).elements())
