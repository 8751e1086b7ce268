"""Changes as text and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.firmware import read_images
from vitne.firmware.against import changes
from vitne.firmware.against_text import page, text
from vitne.lab import firmware as lab

if TYPE_CHECKING:
    from pathlib import Path


def test_both_say_what_is_gone_and_what_was_turned(tmp_path: Path) -> None:
    files = lab.make(tmp_path)
    found = changes(read_images([files.with_client]), read_images([files.without_client]))
    lines = "\n".join(text(found))
    assert "gone  unit package com.example.autoregistration" in lines
    assert "property persist.vendor.radio.registration.enabled: true -> false" in lines
    assert "byte " in "\n".join(text(found, everything=True))
    html = page(found).decode()
    assert "gone: unit package com.example.autoregistration" in html


def test_nothing_is_said_plainly(tmp_path: Path) -> None:
    first = read_images([lab.make(tmp_path).with_client])
    assert "Nothing that was read differs." in list(text(changes(first, first)))
