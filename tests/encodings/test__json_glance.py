"""One look at a whole document says nothing is in it only where the pass leaf by leaf says so too."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings import Sieve, encodings
from vitne.encodings._json_glance import glance
from vitne.model import Limits

JSON = encodings()["json"]
ROWS = {"rows": [{"k": number, "t": f"item {number}", "f": number / 7, "w": None} for number in range(20)]}
PLAIN = json.dumps(ROWS).encode()


def sieve(*names: bytes, known: bool = True, spans: tuple[tuple[int, int], ...] = ()) -> Sieve:
    asked: defaultdict[bytes | None, bool] = defaultdict(bool, dict.fromkeys(names, True))

    def nothing(fields, texts, numbers) -> bool:
        return not (any(map(asked.__getitem__, fields)) or b"@" in b"\n".join(texts) or b"777" in numbers)

    return Sieve(
        names=asked,
        texts=lambda text: b"@" in text,
        numbers=lambda number: number == b"777",
        spans=spans,
        nothing=nothing if known else None,
    )


def skim(data: bytes, wanted: Sieve):
    found = JSON.skim(data, Limits(), wanted)
    assert found is not None
    return found


def look(data: bytes, wanted: Sieve | None = None, deepest: int = 64):
    return glance(data, sieve=wanted or sieve(), escapes=JSON._escapes, deepest=deepest)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("separators", [None, (",", ":"), (" ,", " : ")])
def test_counts_sizes_and_ends_are_those_of_all_leaves(indent, separators) -> None:
    data = json.dumps(ROWS, indent=indent, separators=separators).encode()
    patient = list(JSON.find(data, Limits()))
    found = look(data)
    assert found is not None
    assert found.first == patient[0]
    assert (found.count, found.end) == (len(patient), patient[-1].end)
    assert found.size == sum(len(leaf.data) for leaf in patient)


@given(st.lists(st.dictionaries(st.sampled_from("abc@"), st.integers() | st.text("x@,:{}[] 1e"), max_size=4)))
def test_both_ways_give_what_is_asked_for_and_count_alike(rows) -> None:
    data = json.dumps([{"pad": "y" * 300}, *rows]).encode()
    quick, slow = skim(data, sieve(b"a")), skim(data, sieve(b"a", known=False))
    assert quick.children == slow.children
    assert (quick.rest, quick.size) == (slow.rest, slow.size)
    assert [end for _, end in quick.passed[-1:]] == [end for _, end in slow.passed[-1:]]


@pytest.mark.parametrize("name", [b"rows", b"k", b"w"])
def test_a_name_that_is_asked_for_ends_the_look(name: bytes) -> None:
    assert look(PLAIN, sieve(name)) is None


@pytest.mark.parametrize("value", [777, "a@b", 'quote " inside'])
def test_a_value_that_may_matter_ends_the_look(value) -> None:
    assert look(json.dumps([ROWS, value]).encode()) is None


def test_a_known_value_or_an_unasked_sieve_ends_the_look() -> None:
    assert look(PLAIN, sieve(spans=((3, 5),))) is None
    assert look(PLAIN, sieve(known=False)) is None


@pytest.mark.parametrize(
    "data",
    [
        PLAIN[:-1],
        PLAIN + b"x",
        PLAIN + PLAIN,
        b" " + PLAIN,
        PLAIN.replace(b": 7,", b": 07,"),
        PLAIN.replace(b"},", b"}", 1),
        PLAIN.replace(b"null", b"NaN"),
        b'"' + b"x" * 300 + b'"',
        b"[" + b" " * 300 + b"]",
        b"[" * 300 + b"1" + b"]" * 300,
        b"[1]",
    ],
)
def test_what_is_not_plain_is_left_to_others(data: bytes) -> None:
    assert look(data) is None


def test_every_cut_of_a_document_is_left_to_others() -> None:
    assert look(PLAIN) is not None
    assert all(look(PLAIN[:end]) is None for end in range(len(PLAIN)))


def test_many_containers_side_by_side_are_not_deep() -> None:
    assert look(b"[" + b",".join([b'[[1],{"k":{}}]'] * 60) + b"]", deepest=4) is not None
    assert look(b"[" + b",".join([b'[[1],{"k":{}}]'] * 60) + b"]", deepest=2) is None
