"""Sparse images of img2simg, and the lab's against simg2img; both are public."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tests.firmware.tree import ran, read, tool

from vitne.firmware.source import Held, Mapped
from vitne.lab.images import sparse
from vitne.model import Malformed

if TYPE_CHECKING:
    from pathlib import Path

_RAW = (
    random.Random(3).randbytes(3 * 4096)
    + bytes(40 * 4096)
    + b"\x01\x02\x03\x04" * 4096
    + b"end"
    + bytes(4093)
)


def test_an_image_of_the_public_tool_gives_back_the_raw_one(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(_RAW)
    ran(tool("img2simg"), tmp_path / "raw", tmp_path / "sparse")
    files, lost = read(Mapped(tmp_path / "sparse"))
    assert (files, lost) == ({"": _RAW}, [])


def test_the_public_tool_reads_the_image_of_the_lab(tmp_path: Path) -> None:
    (tmp_path / "sparse").write_bytes(sparse(_RAW))
    ran(tool("simg2img"), tmp_path / "sparse", tmp_path / "raw")
    assert (tmp_path / "raw").read_bytes() == _RAW


def test_the_lab_and_the_reader_agree() -> None:
    assert read(Held(sparse(_RAW))) == ({"": _RAW}, [])
    assert len(sparse(_RAW)) < len(_RAW) / 3


@pytest.mark.parametrize("cut", [20, 28, 40, 5000, 12_400])
def test_what_stands_before_the_cut_is_given_and_the_rest_is_told(cut: int) -> None:
    data = sparse(_RAW)[:cut]
    if cut < 28:
        with pytest.raises(Malformed):
            read(Held(data))
        return
    from vitne.firmware.budget import budget_for
    from vitne.firmware.containers.android_sparse import container

    member, lost = container.members(Held(data), budget_for(cut))
    assert member.source.size == len(_RAW)  # type: ignore[union-attr]
    assert "ends" in lost.note  # type: ignore[union-attr]


def test_counts_that_no_phone_has_are_refused_before_anything_is_made() -> None:
    data = bytearray(sparse(_RAW))
    data[20:24] = b"\xff\xff\xff\xff"
    with pytest.raises(Malformed, match="more than is read"):
        read(Held(bytes(data)))
