"""A match as text: three kinds of answers, attributes set apart, foreign words inert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.match.made import case, finding

from vitne.firmware import read_images
from vitne.lab import firmware as lab
from vitne.match import match
from vitne.match.text import text

if TYPE_CHECKING:
    from pathlib import Path


def test_all_three_answers_are_told(tmp_path: Path) -> None:
    firmware = read_images([lab.make(tmp_path).with_client])
    attribute = {"identifier": "os-version", "kind": "attribute", "field": "User-Agent"}
    found = match(
        case(
            finding(sender="self-registration"),
            finding(host="other.example\x1b[2J", field="x"),
            finding(host="plain.example", **attribute),
        ),
        firmware,
    )
    lines = "\n".join(text(found))
    assert "Seen sending and present" in lines
    assert "likely: com.example.autoregistration" in lines
    assert "Sending from nothing we found" in lines
    assert "attributes alone (model, version and the like) to: plain.example" in lines
    assert "Present but never seen sending\n  com.example.vaer, woken by connectivity" in lines
    assert "\x1b" not in lines
    assert "it names api.vaer.example" in "\n".join(text(found, everything=True))


def test_a_case_without_sendings_says_so(tmp_path: Path) -> None:
    firmware = read_images([lab.make(tmp_path).without_client])
    assert any("nothing readable" in line for line in text(match(case(), firmware)))
