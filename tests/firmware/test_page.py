"""The page opens offline and holds foreign words as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.firmware import read_images
from vitne.firmware.page import page
from vitne.lab import firmware as lab
from vitne.lab.packages import apk

if TYPE_CHECKING:
    from pathlib import Path


def test_it_tells_what_the_text_tells(tmp_path: Path) -> None:
    html = page(read_images([lab.make(tmp_path).with_client])).decode()
    assert "com.example.autoregistration" in html
    assert "default-src 'none'" in html
    assert "<script" not in html


def test_markup_in_names_stays_text(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(apk(lab.CLIENT._replace(name="<img src=x onerror=alert(1)>")))
    html = page(read_images([tmp_path / "a.apk"])).decode()
    assert "<img" not in html
    assert "&lt;img" in html
