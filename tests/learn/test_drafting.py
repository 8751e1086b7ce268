"""Drafts are data files as the catalog takes them: checked, with an example of their own, without a value."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.learn.test_fields import ICCID, _field
from tests.learn.test_roles import BOOTS, value

from vitne.catalog.complaints import complaints
from vitne.catalog.senders import SenderFile
from vitne.learn import draft, learn
from vitne.learn.drafting import invented, slug, toml_text, usable

if TYPE_CHECKING:
    from pathlib import Path

MAC = {"a": ["00:00:5E:00:53:11"] * 8, "b": ["00:00:5E:00:53:12"] * 8}
HEX = {"a": ["f91c0a7d52e8b364"] * 8, "b": ["a91c0a7d52e8b365"] * 8}


def _drafted(tmp_path: Path, *, quoted: bool = False) -> SenderFile:
    odd = 'we"ird\\' if quoted else "dev"
    values = _field("iccid", ICCID) + _field("mac", MAC) + _field(odd, HEX) + _field("empty", {"a": [""] * 8})
    learned = learn(values, host="x.example", boots=BOOTS, known={})
    text = draft(learned, learned.lessons[0], name="x-example")
    (tmp_path / "x-example.toml").write_text(text, encoding="utf-8")
    assert not [each for each in ("i1", "00:00:5E:00:53:11", "f91c0a7d52e8b364") if each in text]
    return msgspec.convert(tomllib.loads(text), SenderFile)


@pytest.mark.parametrize("quoted", [False, True])
def test_a_draft_is_a_data_file_without_complaints(tmp_path: Path, quoted: bool) -> None:
    content = _drafted(tmp_path, quoted=quoted)
    assert list(complaints(content, "x-example")) == []
    assert content.match.hosts == ("x.example",)
    assert len(content.field) == 3


def test_an_example_holds_invented_values_of_the_right_shape(tmp_path: Path) -> None:
    [example] = _drafted(tmp_path).example
    assert example.fields["mac"] == "00:00:5E:00:53:01"
    assert len(example.fields["dev"]) == 16
    assert set(example.expect) == set(example.fields) == {"iccid", "mac", "dev"}


def test_fields_that_are_never_filled_or_have_no_name_are_left_out() -> None:
    values = _field("empty", {"a": [""] * 8}) + _field("", HEX, layers=())
    learned = learn(values, host="x.example", boots=BOOTS, known={})
    assert usable(learned.lessons[0]) == []


def test_ids_are_made_of_small_letters_and_hyphens() -> None:
    assert slug("Registration.Carrier.example") == "registration-carrier-example"
    assert slug("*") == "unknown-sender"


def test_what_is_invented_fits_the_pattern() -> None:
    learned = learn(_field("d", HEX), host="x.example", boots=BOOTS, known={})
    field = learned.lessons[0].fields[0]
    assert len(invented(field)) == 16
    assert invented(msgspec.structs.replace(field, pattern="")) == "EXAMPLE-1"


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=40)), min_size=1, max_size=6))
def test_whatever_a_sender_calls_its_fields_the_draft_can_be_read(fields: list[tuple[str, bytes]]) -> None:
    values = [
        msgspec.structs.replace(
            value(device, minute, content), name=name, path=f"json: {name}", layers=("json",)
        )
        for name, content in fields
        for device in "ab"
        for minute in range(3)
    ]
    learned = learn(values, host="x.example", boots=BOOTS, known={})
    assume(usable(learned.lessons[0]))
    content = msgspec.convert(tomllib.loads(draft(learned, learned.lessons[0], name="x-example")), SenderFile)
    assert content.match.hosts == ("x.example",)
    assert {each.name for each in content.field} == set(content.example[0].fields)


@given(st.text())
def test_any_text_is_written_so_that_it_is_read_again(words: str) -> None:
    read = tomllib.loads(f"x = {toml_text(words)}")["x"]
    assert read == words.encode("utf-16", "surrogatepass").decode("utf-16", "replace") or "\ufffd" in read
