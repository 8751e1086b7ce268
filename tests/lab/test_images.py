"""Images of the lab are sound by public tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.firmware.tree import ran, tool

from vitne.lab.images import erofs

if TYPE_CHECKING:
    from pathlib import Path


def test_the_public_tool_finds_the_file_system_sound_and_unpacks_it(tmp_path: Path) -> None:
    files = {f"/folder/file{number}": b"%d" % number * number for number in range(400)}
    (tmp_path / "image").write_bytes(erofs(files))
    ran(tool("fsck.erofs"), f"--extract={tmp_path / 'out'}", tmp_path / "image")
    for path, data in files.items():
        assert (tmp_path / "out" / path[1:]).read_bytes() == data
