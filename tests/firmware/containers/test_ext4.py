"""Images of mke2fs, which is public, against the folder they were made of."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tests.firmware.tree import grow, ran, read, tool

from vitne.firmware.containers.ext4 import container
from vitne.firmware.source import Held, Mapped
from vitne.model import Malformed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "options",
    [
        ("-t", "ext4"),
        ("-t", "ext2", "-b", "1024"),
        ("-t", "ext4", "-O", "inline_data", "-I", "256"),
        ("-t", "ext4", "-O", "^64bit", "-b", "2048"),
    ],
    ids=" ".join,
)
def test_every_file_of_an_image_is_read_as_it_went_in(tmp_path: Path, options: tuple[str, ...]) -> None:
    files = grow(tmp_path / "tree")
    image = tmp_path / "image"
    ran(tool("mke2fs"), "-q", *options, "-d", tmp_path / "tree", image, "8M")
    assert read(Mapped(image)) == (files, [])


def test_an_image_that_is_cut_off_or_damaged_raises_nothing_but_malformed(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "a").mkdir(parents=True)
    (tree / "a" / "b").write_bytes(b"text" * 3000)
    image = tmp_path / "image"
    ran(tool("mke2fs"), "-q", "-t", "ext4", "-O", "^has_journal", "-N", "16", "-d", tree, image, "256k")
    whole = image.read_bytes()
    rng = random.Random(1)
    for number in range(150):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 12)):
            data[rng.choice((1024 + rng.randrange(256), rng.randrange(20_000)))] = rng.randrange(256)
        cut = bytes(data[: len(data) if number % 3 else rng.randrange(len(data))])
        if container.fits(cut):
            try:
                read(Held(cut))
            except Malformed:
                continue


def test_it_is_known_by_the_magic_number_alone() -> None:
    assert not container.fits(bytes(4096))
    assert not container.fits(b"")
