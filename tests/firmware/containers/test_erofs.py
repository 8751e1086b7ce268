"""Images of mkfs.erofs, which is public, against the folder they were made of; and the lab's."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from tests.firmware.tree import grow, ran, read, tool

from vitne.firmware.source import Held, Mapped
from vitne.lab.images import erofs
from vitne.model import Malformed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("options", [(), ("--chunksize=65536",), ("-Eforce-inode-compact",)], ids=str)
def test_every_file_of_a_plain_image_is_read_as_it_went_in(tmp_path: Path, options: tuple[str, ...]) -> None:
    files = grow(tmp_path / "tree")
    image = tmp_path / "image"
    ran(tool("mkfs.erofs"), "--quiet", *options, image, tmp_path / "tree")
    assert read(Mapped(image)) == (files, [])


def test_the_image_of_the_lab_is_read_as_it_was_written() -> None:
    files = {f"/a/{number}": bytes((number % 251,)) * number * 40 for number in range(300)}
    assert read(Held(erofs(files))) == (files, [])


def test_a_folder_that_holds_itself_is_walked_once() -> None:
    data = bytearray(erofs({"/a/b": b"x"}))
    block = 4096  # the root's entries: ".", "..", "a"
    at = data.index(struct.pack("<Q", 37), block)
    data[at : at + 8] = struct.pack("<Q", 36)
    assert read(Held(bytes(data))) == ({}, [])


def test_features_that_are_not_read_are_named() -> None:
    data = bytearray(erofs({"/a": b"x"}))
    data[1024 + 80 : 1024 + 84] = struct.pack("<I", 0x4000)
    with pytest.raises(Malformed, match="features 0x4000 is not read"):
        read(Held(bytes(data)))


def test_an_image_that_is_cut_off_says_which_files_are_lost() -> None:
    whole = erofs({"/a": b"x" * 5000, "/b": b"y" * 9000})
    files, lost = read(Held(whole[:-8192]))
    assert files == {"/a": b"x" * 5000}
    assert [each.path for each in lost] == ["/b"]
