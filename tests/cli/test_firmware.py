"""``vitne firmware`` as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from vitne.cli.main import DONE, FAILED, NO_INPUT, USAGE, main
from vitne.lab import firmware as lab

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def images(tmp_path: Path) -> tuple[str, str]:
    files = lab.make(tmp_path)
    return str(files.with_client), str(files.without_client)


def test_it_says_who_could_send(images: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["firmware", *images]) == DONE
    out = capsys.readouterr().out
    assert "known sender self-registration" in out
    assert "Odd: com.example.autoregistration has marks of the market CN" in out


def test_json_and_page_and_market(
    images: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["firmware", images[0], "--json", "--market", "cn", "--html", str(page)]) == DONE
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "vitne-firmware/1"
    assert document["market"] == "CN"
    assert document["oddities"] == []
    assert page.read_text().startswith("<!doctype html>")


def test_what_changed_against_an_older_one(
    images: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["firmware", images[1], "--against", images[0]]) == DONE
    assert "gone  unit package com.example.autoregistration" in capsys.readouterr().out
    assert main(["firmware", images[1], "--against", images[0], "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["counts"] == {"gone": 1, "new": 0, "changed": 2}


def test_what_is_wrong_is_told_with_the_right_exit_code(
    images: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert main(["firmware", str(tmp_path / "notes.txt")]) == NO_INPUT
    assert main(["firmware", str(tmp_path / "none.apk")]) == NO_INPUT
    assert main(["firmware", images[0], "--market", "Norway"]) == USAGE
    assert main(["firmware", images[0], "--html", str(tmp_path / "no" / "page.html")]) == FAILED
    told = capsys.readouterr().err
    assert "expected: an APK" in told
    assert "two letters" in told
