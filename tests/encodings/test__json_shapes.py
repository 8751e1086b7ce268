"""Shapes of documents: what comes out is what the pass leaf by leaf gives, whatever was read before."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings import Sieve, _json_skim, encodings
from vitne.encodings._json_shapes import Shapes
from vitne.model import Limits

PLAIN = st.text(alphabet="abz09 .:=,[]{}'é\t", max_size=14)
LEAF = st.one_of(PLAIN, st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none())  # fmt: skip


def sieve(*names: bytes, spans: tuple[tuple[int, int], ...] = ()) -> Sieve:
    asked: defaultdict[bytes | None, bool] = defaultdict(bool, dict.fromkeys(names, True))

    def texts(text: bytes) -> bool:
        return b"=" in text or b"abz" in text

    def numbers(text: bytes) -> bool:
        return len(text) > 12 and b"9" in text

    def nothing(own: Any, strings: list[bytes], digits: list[bytes]) -> bool:
        named = list(own)
        named_at_all = any(map(asked.__getitem__, named)) or (not named and asked[None])
        return not (named_at_all or any(map(texts, strings)) or any(map(numbers, digits)))

    return Sieve(names=asked, texts=texts, numbers=numbers, spans=spans, nothing=nothing)


def told(found: Any) -> Any:
    if found is None:
        return None
    children = [(one.data, one.start, one.end, one.path, one.params) for one in found.children]
    return children, found.passed, found.rest, found.size


def both(monkeypatch: pytest.MonkeyPatch, documents: list[bytes], asking: Any) -> None:
    skim = encodings()["json"].skim  # type: ignore[attr-defined]
    expected = []
    for document in documents:
        monkeypatch.setattr(_json_skim, "_shapes", Shapes())
        expected.append(told(skim(document, Limits(), asking())))
    monkeypatch.setattr(_json_skim, "_shapes", Shapes())
    for _ in range(3):
        assert [told(skim(document, Limits(), asking())) for document in documents] == expected


@given(
    st.recursive(
        LEAF,
        lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(PLAIN, inner, max_size=5)),
        max_leaves=12,
    ),
    st.lists(LEAF, min_size=1, max_size=6),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 20)), max_size=2),
)
def test_values_around_which_the_same_stands_are_told_as_ever(inner, values, indent, asked, places) -> None:
    documents = [
        json.dumps({"a": value, "k": inner, "z": [value, 1], "filler": "b" * 300}, indent=indent).encode()
        for value in values
    ]
    names = (b"k",) if asked else ()
    spans = tuple((low, low + size) for low, size in places)
    with pytest.MonkeyPatch.context() as patch:
        both(patch, documents, lambda: sieve(*names, spans=spans))


@pytest.mark.parametrize(
    "documents",
    [
        [b'{"a": [], "b": 1}', b'{"a": [1], "b": 1}', b'{"a": [ ], "b": 22}', b'{"a": [1 ], "b": 3}'],
        [b'{"a": 1 , "b": "x"}', b'{"a":  1, "b": "x"}', b'{"a": 12, "b": "x"}'],
        [b'{"a": true}', b'{"a": 1}', b'{"a": false}', b'{"a": null}', b'{"a": tru0}', b'{"a": tru1}'],
        [b'{"a": 1}', b'{"a": 01}', b'{"a": 1.}', b'{"a": -}', b'{"a": 1e5}', b'{"a": 1-2}', b'{"a": +1}'],
        [b'{"a": "1"}', b'{"a": "x"}', b'{"b": "x"}', b'{"a": "x\\n"}', b'{"a": "x"', b'{"a": "x"} y'],
        [b'["a", "b"]', b'["a:", "b"]', b'["a" , "b"]', b'{"a": "b"}', b'["a" : "b"]'],
        [b'{"a": "\xff"}', b'{"a": "\xc3\xa6"}', b'{"a": "\x01"}', b'{"a": "z"}'],
        [b'{"a": 1, "b": ' + b"9" * size + b"}" for size in (1, 2, 3, 16, 17, 5000)],
        [b"[" * depth + b"1" + b"]" * depth for depth in (1, 2, 63, 64, 65, 66)],
    ],
)
def test_documents_that_look_alike_are_not_taken_for_one_another(documents, monkeypatch) -> None:
    filled = [document[:1] + b'"pad": "' + b"p" * 300 + b'", ' + document[1:] for document in documents if document[:2] == b'{"']  # fmt: skip
    both(monkeypatch, documents * 2 + filled * 2, sieve)
    both(monkeypatch, documents * 2 + filled * 2, lambda: sieve(b"a"))


def test_a_shape_is_kept_when_it_comes_twice_and_no_more_than_so_many(monkeypatch) -> None:
    shapes = Shapes()
    monkeypatch.setattr(_json_skim, "_shapes", shapes)
    skim = encodings()["json"].skim  # type: ignore[attr-defined]
    first, second = b'{"a": "v", "b": 1}', b'{"a": "w", "b": 22}'
    skim(first, Limits(), sieve())
    assert shapes.take(second, 99, sieve=sieve()) is None
    skim(first, Limits(), sieve())
    taken = shapes.take(second, 99, sieve=sieve(b"b"))
    assert [(one.path, one.data) for one in taken.children] == [("a", b"w"), ("b", b"22")]
    assert shapes.take(second, 2, sieve=sieve()) is None  # as many leaves as may be given
    assert len(shapes._once) == 1


def test_what_is_kept_of_shapes_is_bounded(monkeypatch) -> None:
    shapes = Shapes()
    monkeypatch.setattr(_json_skim, "_shapes", shapes)
    skim = encodings()["json"].skim  # type: ignore[attr-defined]
    for number in range(1100):
        skim(b'{"n%d": 1}' % number, Limits(), sieve())
    assert len(shapes._once) <= 1024
    shapes._size = 16 << 20
    for _ in range(2):
        skim(b'{"last": 1}', Limits(), sieve())
    assert list(shapes._known) == [b'{": 0}']
    assert 0 < shapes._size < 1000
