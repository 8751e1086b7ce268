"""The text of a firmware: who could send and why, with places, and nothing that moves a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.firmware import read_images
from vitne.firmware.text import text
from vitne.lab import firmware as lab
from vitne.lab.packages import apk

if TYPE_CHECKING:
    from pathlib import Path


def test_the_client_comes_first_with_its_evidence_and_places(tmp_path: Path) -> None:
    lines = list(text(read_images([lab.make(tmp_path).with_client])))
    joined = "\n".join(lines)
    assert "known sender self-registration" in joined
    assert "receiver com.example.autoregistration.AutoRegReceiver woken by boot" in joined
    assert "host registration.carrier.example" in joined
    assert joined.index("com.example.autoregistration 8.1.0") < joined.index("com.example.vaer 4.1.2")
    assert "AutoReg.apk!/classes.dex, byte " in joined
    assert "kalkulator" not in joined


def test_everything_is_listed_when_asked_for(tmp_path: Path) -> None:
    assert any(
        "kalkulator" in line for line in text(read_images([lab.make(tmp_path).with_client]), everything=True)
    )


def test_foreign_words_are_inert(tmp_path: Path) -> None:
    package = lab.CLIENT._replace(name="com.example.\x1b[31mred", version=(1, "\u202eback"))
    (tmp_path / "a\x07.apk").write_bytes(apk(package))
    joined = "\n".join(text(read_images([tmp_path / "a\x07.apk"])))
    assert not set(joined) & set("\x1b\u202e\x07")
    assert "⟨U+001B⟩" in joined


def test_an_image_with_nothing_says_so_and_what_was_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(apk(lab.CALCULATOR)[:-30])
    (tmp_path / "b.apk").write_bytes(apk(lab.CALCULATOR))
    lines = list(text(read_images([tmp_path / "a.apk", tmp_path / "b.apk"])))
    assert "Nothing that was read could send." in lines
    assert any("nobody can tell" in line for line in lines)
    assert any("directory" in line for line in lines)
