"""The quick pass gives what the patient reader gives, and nothing where it is not sure."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings import Sieve, encodings
from vitne.model import Limits

JSON = encodings()["json"]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def sieve(*names: bytes, spans: tuple[tuple[int, int], ...] = (), everything: bool = False) -> Sieve:
    asked: defaultdict[bytes | None, bool] = defaultdict(lambda: everything, dict.fromkeys(names, True))
    return Sieve(names=asked, texts=lambda text: b"@" in text, numbers=lambda _: False, spans=spans)


def skim(data: bytes, wanted: Sieve, limits: Limits | None = None):
    return JSON.skim(data, limits or Limits(), wanted)


@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_with_everything_asked_for_the_leaves_are_those_of_the_patient_reader(value, indent, plain) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=plain).encode("utf-8", "surrogatepass")
    found = skim(data, sieve(everything=True))
    patient = list(JSON.find(data, Limits()))
    if found is None:
        assert not isinstance(value, (dict, list)) or not patient
    else:
        assert found.children == patient
        assert found.passed == []


@given(VALUES)
def test_what_is_not_asked_for_is_passed_with_its_range(value) -> None:
    data = json.dumps(value).encode()
    found = skim(data, sieve(b"a"))
    if found is not None:
        patient = [(child.start, child.end) for child in JSON.find(data, Limits())]
        ours = [(child.start, child.end) for child in found.children]
        assert sorted(ours + found.passed) == patient
        assert ours[0] == patient[0], "one leaf is always given"


def test_names_texts_and_ranges_decide() -> None:
    data = b'{"first":1,"a":"x","b":["plain","kari@post.example"],"c":{"a":2,"d":"known"},"e":3}'
    at = data.index(b"known")
    found = skim(data, sieve(b"a", spans=((at + 1, at + 3), (at, at + 2))))
    assert [(child.path, child.data) for child in found.children] == [
        ("first", b"1"), ("a", b"x"), ("b[1]", b"kari@post.example"), ("c.a", b"2"), ("c.d", b"known"),
    ]  # fmt: skip
    assert [data[start:end] for start, end in found.passed] == [b"plain", b"3"]


def test_escapes_are_undone_and_can_be_written_again() -> None:
    data = b'{"a":"post\\u0040mail","n\\u0061me":"two\\nlines"}'
    found = skim(data, sieve(everything=True))
    assert [(child.path, child.data) for child in found.children] == [
        ("a", b"post@mail"),
        ("name", b"two\nlines"),
    ]
    assert [JSON.wrap(child) for child in found.children] == [b"post\\u0040mail", b"two\\nlines"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b'"text"', b"1", b'{"a":1', b'{"a":1}x', b'{"a":1,}', b"[1,]", b"[1 2]",
        b'{"a" 1}', b"{1}", b'["a":1]', b'{"a":1]', b"[1}", b'{,"a":1}', b'{"a":1}{"b":2}', b'{"a":NaN}',
        b'{"a":\'b\'}', b"[" * 70 + b"1" + b"]" * 70, b"no json", b"]",
    ],
)  # fmt: skip
def test_what_is_not_one_clean_document_is_left_to_the_patient_reader(data: bytes) -> None:
    assert skim(data, sieve(everything=True)) is None


def test_every_proper_prefix_is_left_to_the_patient_reader() -> None:
    data = b'{"a":[1,"b",{"c":"d\\u0041"}]}'
    assert skim(data, sieve(everything=True)) is not None
    assert all(skim(data[:end], sieve(everything=True)) is None for end in range(len(data)))


def test_bounds_are_those_of_the_patient_reader() -> None:
    data = json.dumps(list(range(50))).encode()
    assert skim(data, sieve(), Limits(children=50)) is None
    assert skim(data, sieve(), Limits(children=51)) is not None
    assert skim(json.dumps([0] * 100_000).encode(), sieve(), Limits(children=1 << 20)) is None


@given(st.binary(max_size=200))
def test_noise_raises_nothing(noise: bytes) -> None:
    skim(noise, sieve(everything=True))
    skim(b'{"a":' + noise + b"}", sieve(everything=True))
