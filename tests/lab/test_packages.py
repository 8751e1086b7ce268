"""Invented packages are what public tools take for packages; the same package gives the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.firmware.tree import ran, tool

from vitne.lab.firmware import CLIENT
from vitne.lab.packages import apk

if TYPE_CHECKING:
    from pathlib import Path


def test_the_public_tool_tells_the_package_and_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(apk(CLIENT))
    told = ran(tool("aapt"), "dump", "badging", tmp_path / "a.apk")
    assert "package: name='com.example.autoregistration' versionCode='27' versionName='8.1.0'" in told
    for name in CLIENT.permissions:
        assert f"uses-permission: name='{name}'" in told
    table = ran(tool("aapt"), "dump", "--values", "resources", tmp_path / "a.apk")
    assert "bool/register_enabled" in table
    assert "http://registration.carrier.example/" in table


def test_the_same_package_gives_the_same_bytes() -> None:
    assert apk(CLIENT) == apk(CLIENT)
