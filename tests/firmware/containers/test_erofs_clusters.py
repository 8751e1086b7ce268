"""Compressed images of mkfs.erofs against the folder they were made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.firmware.tree import grow, ran, read, tool

from vitne.firmware.source import Mapped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "options",
    [
        ("-zlz4",),
        ("-zlz4hc", "-C65536"),
        ("-zlz4hc", "-Eztailpacking"),
        ("-zlz4hc", "-C16384", "-Eztailpacking"),
    ],
    ids=" ".join,
)
def test_every_file_of_a_compressed_image_is_read_as_it_went_in(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    files = grow(tmp_path / "tree")
    image = tmp_path / "image"
    ran(tool("mkfs.erofs"), "--quiet", *options, image, tmp_path / "tree")
    assert image.stat().st_size < sum(map(len, files.values())) / 2
    assert read(Mapped(image)) == (files, [])
