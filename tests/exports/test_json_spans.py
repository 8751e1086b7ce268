from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.exports import json_spans
from vitne.exports.json_spans import entries
from vitne.model import Gap

SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=12)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["log", "entries", "a", '"', "\\"]) | st.text(max_size=4), inner, max_size=4
        )
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(["log", "entries", "}", "x"]), VALUES, max_size=3)


@given(st.lists(OBJECTS, max_size=5), VALUES, VALUES, st.booleans())
def test_every_object_of_the_list_is_found_where_it_stands(
    listed: list[Any], before: Any, after: Any, plain: bool
) -> None:
    document = {
        "_x": before,
        "log": {"version": "1.2", "_y": before, "entries": listed, "_z": after},
        "_last": after,
    }
    data = json.dumps(document, ensure_ascii=plain, indent=1 if plain else None).encode()
    found = list(entries(data, b"log", b"entries"))
    assert [json.loads(data[start:end]) for start, end in found] == listed  # type: ignore[misc]


@given(st.lists(OBJECTS, min_size=1, max_size=4))
def test_a_bare_list_is_its_own_list_of_entries(listed: list[Any]) -> None:
    data = json.dumps(listed).encode()
    assert [json.loads(data[start:end]) for start, end in entries(data)] == listed  # type: ignore[misc]


@given(st.lists(OBJECTS, min_size=1, max_size=3), st.data())
def test_every_prefix_gives_the_entries_before_the_cut_and_says_that_it_is_cut(
    listed: list[Any], draw: st.DataObject
) -> None:
    data = json.dumps({"log": {"entries": listed}}).encode()
    whole = list(entries(data, b"log", b"entries"))
    cut = draw.draw(st.integers(0, len(data) - 1))
    found = list(entries(data[:cut], b"log", b"entries"))
    spans = [one for one in found if not isinstance(one, Gap)]
    assert spans == [span for span in whole if span[1] <= cut]  # type: ignore[index]
    assert any(isinstance(one, Gap) for one in found)


@given(st.binary(max_size=200) | st.text('{}[]",:\\logentris ', max_size=60).map(str.encode))
def test_noise_gives_ranges_inside_the_data_and_no_error(data: bytes) -> None:
    for one in entries(data, b"log", b"entries"):
        if not isinstance(one, Gap):
            assert 0 <= one[0] < one[1] <= len(data)


def test_a_list_of_that_name_elsewhere_is_not_the_list() -> None:
    data = json.dumps(
        {"entries": [{}], "x": {"log": {"entries": [{"a": 1}]}}, "log": {"x": {"entries": [{}]}}}
    ).encode()
    [gap] = entries(data, b"log", b"entries")
    assert isinstance(gap, Gap)
    assert gap.kind == "malformed"


def test_an_entry_beyond_the_bound_is_passed_over_and_the_next_one_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_spans, "MOST_ENTRY", 100)
    data = json.dumps({"log": {"entries": [{"a": "x" * 200}, {"b": 1}]}}).encode()
    gap, span = entries(data, b"log", b"entries")
    assert isinstance(gap, Gap)
    assert gap.kind == "limit"
    assert not isinstance(span, Gap)
    assert data[slice(*span)] == b'{"b": 1}'


@pytest.mark.parametrize(
    "tail",
    [
        b"\\" * 3_000_000,
        b'\\"' * 1_500_000,
        b"x" * 3_000_000,
        b"[" * 1_000_000,
        b'"",' * 1_000_000,
        b"\\\n" * 900_000,
    ],
    ids=["backslashes", "quotes", "text", "depth", "strings", "escapes"],
)
def test_endless_things_take_time_in_proportion(tail: bytes) -> None:
    begin = time.process_time()
    found = list(entries(b'{"log":{"entries":[{"a":1},{"b":"' + tail, b"log", b"entries"))
    assert time.process_time() - begin < 5
    assert len(found) == 2
    assert not isinstance(found[0], Gap)
    assert isinstance(found[1], Gap)
