"""A match as a page: the same answers, foreign words inert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.match.made import case, finding

from vitne.firmware import read_images
from vitne.lab import firmware as lab
from vitne.match import match
from vitne.match import page as pages
from vitne.match.page import page

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_holds_the_answers_and_no_markup_of_others(tmp_path: Path) -> None:
    firmware = read_images([lab.make(tmp_path).with_client])
    html = page(match(case(finding(), finding(host="<b>x</b>.example", field="x")), firmware)).decode()
    assert "seen sending and present" in html
    assert "sending from nothing we found" in html
    assert "<b>" not in html


def test_rows_that_are_not_on_the_page_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    firmware = read_images([lab.make(tmp_path).with_client])
    found = match(case(*(finding(host=f"h{number}.example", field="x") for number in range(5))), firmware)
    monkeypatch.setattr(pages, "_MOST", 2)
    assert f"and {len(found.joined) - 2} more; --json holds all." in page(found).decode()
