"""Gates: what is worth a look, and which encodings in which order."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.unwrap import Budget, unwrap
from vitne.decode.unwrap_gates import anything, candidates, families, family_of, worth_opening
from vitne.encodings import encodings
from vitne.encodings._looks import media, readable
from vitne.model import Limits, Part


def test_every_family_is_tried_in_its_order():
    for those in families().values():
        orders = [one.order for one in those]
        assert orders == sorted(orders)
    assert [family_of(encodings()[name]) for name in ("json", "base64", "gzip", "chunked")] == [
        "structure",
        "text",
        "binary",
        "transfer",
    ]
    assert family_of(object()) == "transfer"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        b"plain words",
        b"2019-02-03 07:15:42",
        b"004402990000014",
        b"\x89PNG\r\n\x1a\n" + bytes(90),
    ],
)
def test_words_numbers_and_pictures_are_not_opened(data):
    assert not worth_opening(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":"b"}',
        b"a=1&b=22",
        b"dXNlcjpwYXNz",
        gzip.compress(b"", mtime=0),
        b"John+Smith",
        b"x %41 y z",
        b"Basic QUJD",
    ],
)
def test_what_may_hold_something_is_opened(data):
    assert worth_opening(data)


def test_documents_come_first_where_the_data_are_one_and_last_where_not():
    assert candidates(b' {"a":1}')[0][-1].name != "json"
    assert candidates(b'a=1&b={"c":1}')[0][-1].name == "json"
    assert candidates(gzip.compress(b"x", mtime=0))[0][0].name == "gzip"


def test_of_a_picture_only_what_was_noted_with_it_is_read():
    picture = b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00" + bytes(40)
    assert worth_opening(picture)
    assert [one.name for one in candidates(picture)[0]] == ["exif"]
    assert not worth_opening(picture.replace(b"Exif", b"none"))


@pytest.mark.parametrize(
    "data", [b"l3+?rBWo>hpHNvryd?b:", b"34,39,30,31,35,34,32,30", b"343930313534323033323337353138"]
)
def test_base85_and_digits_in_hexadecimal_are_opened(data):
    assert worth_opening(data)
    assert anything(data)


@given(st.lists(st.binary(max_size=24).map(lambda text: text.replace(b"\n", b" "))))
def test_nothing_in_texts_together_means_nothing_worth_opening_in_any(texts) -> None:
    if not anything(b"\n".join(texts)):
        assert not any(map(worth_opening, texts))


@pytest.mark.parametrize(
    "text",
    [b"abcdefghijkl", b"00 00 5e 00 53 01 02 x", b"00-00-5e-00-53-01-02 x", b"a=1", b"Basic x", b"bearer x", b"\x00", b"\xc3\xa6"],
)  # fmt: skip
def test_one_text_among_others_is_seen(text: bytes) -> None:
    assert anything(b"item 1\n" + text + b"\nitem 2")


@pytest.mark.parametrize("text", [b"item 123456", b"2026-01-01", b"abcdefgh\nijklmnop", b"one, two. three!"])
def test_plain_texts_are_nothing(text: bytes) -> None:
    assert not anything(text)


@given(st.binary(max_size=80), st.sampled_from([
    b"", b"\x1f\x8b\x08\x00", b"BZh91AY&SY", b"\xfd7zXZ\x00\x00\x01", b"\x5d\x00\x00\x01\x00", b"PK\x03\x04",
    b"\xac\xed\x00\x05t\x00\x01a", b"Exif\x00\x00II*\x00", b"bplist00", b"\x03abc\x03com\x00", b'{"a":1}', b"\x81\x81",
    b"QUJDREVGR0hJSktM", b"--a\r\n\r\nb", b"\x30\x0a\x0c\x08example1", b"\x28\xb5\x2f\xfd\x04\x00\x01",
]), st.booleans())  # fmt: skip
def test_an_encoding_that_is_not_tried_would_find_nothing(noise, known, behind) -> None:
    data = noise + known if behind else known + noise
    first, every = candidates(data)
    tried = {one.name for one in (*first, *every)}
    if media(data):
        return
    if readable(data):
        those = (
            [one for one in families()["text"] if getattr(one, "alone", False)] if b"\n" not in data else []
        )
    else:
        those = [
            *families()["binary"],
            *(encodings()[name] for name in ("json", "base64", "lzstring", "multipart")),
        ]
    for one in those:
        if one.name not in tried:
            assert list(one.find(data, Limits())) == [], one.name


class _Asked:
    """An opener that opens nothing, and notes what it is asked."""

    def __init__(self) -> None:
        self.empty: set[bytes] = set()
        self.whole: list[bytes] = []
        self.records: list[bytes] = []

    def open(self, node, limits):
        del limits
        self.whole.append(node.data)
        return []

    def open_record(self, node, limits):
        del limits
        self.records.append(node.data)
        return []


def test_a_record_that_reads_as_text_is_asked_for_short_keys_alone():
    record = b"\x83\xa4imei\xaf004402990000014\xa5model\xa7TA-0000\xa5hours\xcd\x01\x02"
    noise = bytes(at * 97 % 251 for at in range(1, 70))
    for data, as_record in ((record, True), (noise, False)):
        asked = _Asked()
        part = Part(path="body", start=0, end=len(data))
        list(unwrap(part, data, budget=Budget(), opener=asked))
        assert (data in asked.records, data in asked.whole) == (as_record, not as_record)
