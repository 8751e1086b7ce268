"""Ranges of the elements of a list, against the decoder of the standard library."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.exports import json_elements
from vitne.exports.json_elements import elements

NESTED = st.recursive(
    st.one_of(st.integers(), st.text(alphabet='ab"\\{}[]\n', max_size=8), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text('k"\\{', max_size=2), inner)
    ),
    max_leaves=12,
)


def found(data: bytes, start: int) -> tuple[list[bytes], int]:
    walk = elements(data, start)
    spans = []
    while True:
        try:
            low, high = next(walk)
        except StopIteration as ended:
            return spans, ended.value
        spans.append(data[low:high])


@given(st.lists(NESTED, max_size=6), st.sampled_from([16, 40, 1 << 20]), st.sampled_from([None, 2]))
def test_containers_of_a_list_are_those_that_the_decoder_gives(
    rows: list[object], block: int, indent: int | None
) -> None:
    text = json.dumps(rows, indent=indent).encode()
    data = text + b',"behind":[1]}'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_elements, "BLOCK", block)
        spans, behind = found(data, 1)
    told = [json.loads(span) for span in spans]
    wanted = [row for row in rows if isinstance(row, list | dict)]
    assert told == wanted[: len(told)], "each is whole, in order, none is left out between"
    if block == 1 << 20:
        assert told == wanted
        assert behind == len(text) - 1, "at the bracket that ends the list"
    else:
        assert 0 < behind <= len(text) - 1


@pytest.mark.parametrize("length", range(1, 40))
def test_what_is_cut_is_not_given(length: int) -> None:
    data = b'{"a":["}\\"]"]},{"b":1},{"c":"\\\\"}]'[:length]
    spans, behind = found(data, 0)
    for span in spans:
        json.loads(span)
    assert behind <= length


def test_a_long_document_costs_time_that_grows_with_its_length() -> None:
    data = b"[" + b'{"a":"\\\\\\"{"},' * 400_000
    begin = time.process_time()
    spans, _ = found(data, 1)
    assert len(spans) == 400_000
    assert time.process_time() - begin < 5
    assert found(b"[" + b"{" * (4 << 20), 1) == ([], 1), "nothing is whole there"
