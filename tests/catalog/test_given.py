"""Known senders that a user gives: checked as vitne's own, in force until others are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne import catalog
from vitne.catalog.reading import data_folder
from vitne.model import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    catalog.give_senders([])


def _own(tmp_path: Path, name: str = "own-kit") -> str:
    text = (data_folder() / "senders" / "branch.toml").read_text(encoding="utf-8")
    place = tmp_path / f"{name}.toml"
    place.write_text(text.replace('id = "branch"', 'id = "own-kit"', 1), encoding="utf-8")
    return str(place)


def test_a_given_sender_is_known_until_others_are_given(tmp_path: Path) -> None:
    before = catalog.senders()
    assert catalog.give_senders([_own(tmp_path)])
    assert [each.id for each in catalog.senders()] == [*(each.id for each in before), "own-kit"]
    assert len(catalog.given_digest()) == 64
    assert not catalog.give_senders([_own(tmp_path)])
    assert catalog.give_senders([])
    assert catalog.senders() == before
    assert catalog.given_digest() == ""


def test_a_wrong_file_names_its_fault(tmp_path: Path) -> None:
    shipped = tmp_path / "branch.toml"
    shipped.write_text((data_folder() / "senders" / "branch.toml").read_text(encoding="utf-8"))
    bad = tmp_path / "bad.toml"
    bad.write_text("colour = 1")
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * ((4 << 20) + 1))
    for place, words in (
        (shipped, "another known sender"),
        (bad, "bad.toml"),
        (huge, "longer"),
        (tmp_path / "no", "cannot be read"),
    ):
        with pytest.raises(UsageError, match=words):
            catalog.give_senders([str(place)])
    with pytest.raises(UsageError, match="not the name of the file"):
        catalog.give_senders([_own(tmp_path, "another")])
    assert catalog.given_digest() == ""
