from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.exports import xml_entries
from vitne.model import Gap, Malformed

ITEM = b"<item a='1'><x>one &amp; two</x><y/><x><![CDATA[<three>]]></x></item>"
DATA = (
    b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<items>" + ITEM + b"\n <item/>" + ITEM + b"<item/></items>"
)


def test_entries_are_found_where_they_stand() -> None:
    spans = list(xml_entries.spans(DATA, "item"))
    assert [DATA[slice(*span)] for span in spans if not isinstance(span, Gap)] == [
        ITEM,
        b"<item/>",
        ITEM,
        b"<item/>",
    ]


def test_an_entry_is_read() -> None:
    item = xml_entries.parse(ITEM)
    assert item.attributes == {"a": "1"}
    assert [one.text for one in item.all("x")] == ["one & two", "<three>"]
    assert item.first("none").text == ""


def test_the_encoding_of_the_file_holds_for_an_entry() -> None:
    head = xml_entries.head_of(DATA)
    assert xml_entries.parse(head + b"<item>\xe9</item>").text == "é"
    assert xml_entries.head_of(b"<items>") == b""


@given(st.integers(0, len(DATA) - 1))
def test_every_prefix_gives_the_entries_before_the_cut_and_a_gap(cut: int) -> None:
    whole = [span for span in xml_entries.spans(DATA, "item") if not isinstance(span, Gap)]
    found = list(xml_entries.spans(DATA[:cut], "item"))
    if cut:
        assert isinstance(found.pop(), Gap)
    assert found == [span for span in whole if span[1] <= cut]


@given(st.binary(max_size=80) | st.text("<>/itema='\"&;! ", max_size=60).map(str.encode))
def test_noise_is_malformed_or_read(data: bytes) -> None:
    list(xml_entries.spans(data, "item"))
    try:
        xml_entries.parse(data)
    except Malformed:
        return


BOMB = b"<!DOCTYPE items [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;&a;'>]><items><item>&b;</item></items>"


def test_entities_of_its_own_are_refused() -> None:
    [gap] = xml_entries.spans(BOMB, "item")
    assert isinstance(gap, Gap)
    assert "entities" in gap.why
    with pytest.raises(Malformed):
        xml_entries.parse(BOMB)


@pytest.mark.parametrize("entry", [b"<a>" * 100 + b"</a>" * 100, b"<item>" + b"<a/>" * 200_000 + b"</item>"])
def test_depth_and_number_are_bounded(entry: bytes) -> None:
    with pytest.raises(Malformed):
        xml_entries.parse(entry)


def test_a_long_text_takes_time_in_proportion() -> None:
    begin = time.process_time()
    data = b"<items><item>" + b"x" * 20_000_000 + b"</item></items>"
    [span] = xml_entries.spans(data, "item")
    assert span == (7, len(data) - 8)
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("encoding", [b"UTF-9", b"shift_jis", b"base64", b"punycode", b"utf-7"])
def test_encodings_that_are_not_read_are_told(encoding: bytes) -> None:
    data = b"<?xml version='1.0' encoding='%s'?><items><item/></items>" % encoding
    assert [one.kind for one in xml_entries.spans(data, "item") if isinstance(one, Gap)] == ["malformed"]
    with pytest.raises(Malformed):
        xml_entries.parse(xml_entries.head_of(data) + b"<item/>")
