"""What can be wrong with the files of known senders, oddities and quiet places."""

from __future__ import annotations

import msgspec
import pytest

from vitne import catalog
from vitne.catalog.complaints import complaints
from vitne.catalog.rules import OddityFile, OddityName


def test_the_senders_that_come_with_the_package_have_no_fault() -> None:
    for sender in catalog.senders():
        assert list(complaints(sender, sender.id)) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"id": "other"}, "not the name of the file"),
        ({"licence": "?"}, "licence"),
        ({"title": " "}, "title"),
        ({"layout": "round"}, "neither named nor flat"),
        ({"example": ()}, "example"),
        ({"field": ()}, "not described"),
    ],
)
def test_each_fault_of_a_sender_is_named(changes: dict[str, object], word: str) -> None:
    good = next(one for one in catalog.senders() if one.id == "self-registration")
    wrong = msgspec.structs.replace(good, **changes)
    assert any(word in what for what in complaints(wrong, "self-registration"))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"identifier": "shoe"}, "closed list"),
        ({"meaning": ""}, "meaning"),
        ({"pattern": "a+"}, "upper bound"),
    ],
)
def test_each_fault_of_a_field_is_named(changes: dict[str, object], word: str) -> None:
    good = next(one for one in catalog.senders() if one.id == "self-registration")
    field = msgspec.structs.replace(good.field[0], **changes)
    wrong = msgspec.structs.replace(good, field=(field, *good.field[1:], good.field[1]))
    said = list(complaints(wrong, "self-registration"))
    assert any(word in what for what in said)
    assert any("stands twice" in what for what in said)


def test_an_oddity_that_stands_twice_is_named() -> None:
    one = OddityName(name="x", title="y")
    file = OddityFile(id="oddities", licence="CC0-1.0", because="b", oddity=(one, one))
    assert list(complaints(file, "oddities")) == ["oddity `x` stands twice"]
