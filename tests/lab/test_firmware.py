"""The two firmwares of the invented phone differ in the client and its switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.lab import firmware

if TYPE_CHECKING:
    from pathlib import Path


def test_they_differ_in_the_client_and_the_properties() -> None:
    one, other = firmware.system(client=True), firmware.system(client=False)
    assert one.keys() - other.keys() == {"/system/priv-app/AutoReg/AutoReg.apk"}
    assert [path for path in other if one[path] != other[path]] == ["/system/build.prop"]


def test_making_them_again_gives_the_same_bytes(tmp_path: Path) -> None:
    first = firmware.make(tmp_path / "a")
    again = firmware.make(tmp_path / "b")
    assert first.with_client.read_bytes() == again.with_client.read_bytes()
    assert first.without_client.read_bytes() == again.without_client.read_bytes()
    assert first.with_client.read_bytes() != first.without_client.read_bytes()
