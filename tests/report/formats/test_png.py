"""Drawings as PNG, read back by hand (PNG specification sections 5.2 and 11.2.1)."""

from __future__ import annotations

import struct
import sys
import zlib

import pytest

from vitne.model import UsageError
from vitne.report.formats.png import DOTS, png_of

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 48" width="96" height="48">'
    '<rect width="96" height="48" fill="#ff0000"/><text x="4" y="20">unlock →</text></svg>'
)


def test_a_drawing_becomes_a_picture_of_its_size_and_colour() -> None:
    pytest.importorskip("typst", reason="typst is not installed: no PNG was tried")
    data = png_of(SVG)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert (width, height) == (DOTS, DOTS / 2)
    at, packed = 8, b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        packed += data[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    assert len(zlib.decompress(packed)) == height * (1 + width * channels)
    assert png_of(SVG) == data
    assert png_of(SVG.replace("#ff0000", "#00ff00")) != data


def test_what_is_no_drawing_is_refused() -> None:
    pytest.importorskip("typst", reason="typst is not installed: no PNG was tried")
    with pytest.raises(UsageError, match="refused"):
        png_of("<svg")


def test_without_the_package_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="typst, which is not installed"):
        png_of(SVG)
