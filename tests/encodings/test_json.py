"""JSON: leaves, paths, places, and documents that other readers refuse."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.json import encoding
from vitne.model import Child, Limits, Malformed

LIMITS = Limits()


def leaves(data: bytes, limits: Limits = LIMITS) -> dict[str, bytes]:
    return {child.path: child.data for child in encoding.unwrap(data, limits)}


def find(data: bytes) -> list[Child]:
    return list(encoding.find(data, LIMITS))


def flat(value, path=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from flat(inner, f"{path}[{at}]")
    elif isinstance(value, str):
        yield path, value.encode("utf-8", "surrogatepass")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, json.dumps(value).encode()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    value=st.dictionaries(st.text(min_size=1, max_size=6), VALUES, min_size=1),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 2]),
)
def test_what_the_standard_library_writes_is_read_leaf_by_leaf(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    found = list(encoding.unwrap(text, LIMITS))
    assert [(child.path, child.data) for child in found] == list(flat(value))
    for child in found:
        assert encoding.wrap(child) == text[child.start : child.end]


def test_a_string_is_placed_inside_its_quotes():
    data = b'{"a": {"b": [{"c": "value"}, 12]}}'
    first, second = encoding.unwrap(data, LIMITS)
    assert (first.path, data[first.start : first.end]) == ("a.b[0].c", b"value")
    assert (second.path, data[second.start : second.end]) == ("a.b[1]", b"12")


def test_escapes_are_decoded_come_back_and_are_placed():
    data = rb'{"u":"https:\/\/x.example\/\u00E6\u00e6\n\ud83d\ude00\"q\""}'
    (child,) = encoding.unwrap(data, LIMITS)
    assert child.data.decode() == 'https://x.example/ææ\n😀"q"'
    assert encoding.wrap(child) == data[child.start : child.end]
    at = child.data.find("😀".encode())
    assert data[slice(*encoding.locate(data, child, at, at + 4))] == rb"\ud83d\ude00"
    at = child.data.find(b"x.example")
    assert data[slice(*encoding.locate(data, child, at, at + 9))] == b"x.example"


def test_a_lone_surrogate_is_kept_and_comes_back():
    data = rb'{"a":"\ud83d","b":"\uZZZZ\q"}'
    found = list(encoding.unwrap(data, LIMITS))
    assert found[0].data == b"\xed\xa0\xbd"
    for child in found:
        assert encoding.wrap(child) == data[child.start : child.end]


def test_duplicate_keys_are_two_leaves():
    assert [child.data for child in encoding.unwrap(b'{"a":"1","a":"2"}', LIMITS)] == [b"1", b"2"]


def test_five_thousand_digits_stay_digits():
    assert leaves(b'{"n":' + b"9" * 5000 + b"}") == {"n": b"9" * 5000}


def test_nan_byte_order_mark_and_trailing_bytes_are_taken():
    assert leaves(b'\xef\xbb\xbf{"a":NaN,"b":-Infinity,"c":"x"}\x00\x00 trailing') == {"c": b"x"}
    assert leaves(b"[1,2,]") == {"[0]": b"1", "[1]": b"2"}


def test_documents_one_behind_the_other_are_all_read():
    data = b'{"a":"1"}\n{"a":"2"}\n{"a":"3"}\n'
    assert [child.data for child in encoding.unwrap(data, LIMITS)] == [b"1", b"2", b"3"]
    for child in encoding.unwrap(data, LIMITS):
        assert data[child.start : child.end] == child.data


def test_documents_are_found_inside_other_texts():
    data = b'callback({"a":"1","b":[{"c":"2"}]}); var x = {y}; log [{"d":"3"}]'
    assert [(child.path, child.data) for child in find(data)] == [
        ("a", b"1"),
        ("b[0].c", b"2"),
        ("[0].d", b"3"),
    ]
    assert find(b"{not json} [at all] {'x': 1}") == []


def test_a_json_string_that_may_be_another_document_is_a_leaf():
    (child,) = encoding.unwrap(json.dumps(json.dumps({"a": 1})).encode(), LIMITS)
    assert child.data == b'{"a": 1}'
    with pytest.raises(Malformed):
        list(encoding.unwrap(b'"word"', LIMITS))


@pytest.mark.parametrize("data", [b"", b"plain", b"12", b"{", b"[", b"{]", b"{:}", b'{"a" 1}', b"<a>"])
def test_what_is_no_document_is_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))


def test_a_document_cut_off_anywhere_gives_what_stood_before_the_cut():
    data = b'{"a":"one","b":[{"c":"two"},3],"d":"fo\\u00e6ur"}'
    whole = leaves(data)
    for cut in range(len(data)):
        try:
            found = list(encoding.unwrap(data[:cut], LIMITS))
        except Malformed:
            assert cut < 6
            continue
        for child in found:
            assert child.data == whole[child.path] or whole[child.path].startswith(child.data[:2])
            assert encoding.wrap(child) == data[child.start : child.end]
        assert [c.complete for c in found].count(False) <= 1


def test_children_are_bounded():
    data = b"[" + b'"x",' * 5000 + b'"y"]'
    assert len(find(data)) == LIMITS.children
    assert len(list(encoding.unwrap(data, Limits(children=7)))) == 7


def test_paths_of_great_depth_stay_short():
    data = b'{"k":' * 5000 + b'"v"' + b"}" * 5000
    (child,) = encoding.unwrap(data, LIMITS)
    assert child.data == b"v"
    assert len(child.path) < 300
