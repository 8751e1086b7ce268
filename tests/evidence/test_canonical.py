"""Twin of vitne.evidence.canonical: the spellings that RFC 8785 gives."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.evidence.canonical import canonical, safe


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (1e21, "1e+21"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (333333333.33333329, "333333333.3333333"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (0.002, "0.002"),
        (4.5, "4.5"),
        (-123.456, "-123.456"),
    ],
)
def test_numbers_are_written_as_the_samples_of_rfc_8785_appendix_b_and_ecmascript_have_them(
    number, text
) -> None:
    assert canonical(number) == text.encode()


def test_the_sample_of_rfc_8785_section_3_2_2_comes_out_byte_for_byte() -> None:
    given_ = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
        "literals": [None, True, False],
    }
    assert canonical(given_) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()
    )


def test_keys_are_sorted_by_their_utf_16_code_units() -> None:
    keys = ["€", "\r", "\ufb33", "1", "😀", "\x80", "ö"]
    spelled = canonical(dict.fromkeys(keys, 0)).decode()
    assert list(json.loads(spelled)) == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


@pytest.mark.parametrize("value", [2**53 + 1, math.nan, math.inf, "\ud800"])
def test_what_has_no_safe_spelling_is_refused(value) -> None:
    with pytest.raises(ValueError):
        canonical([value])


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical({"a": object()})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_is_spelled_reads_back_as_it_was(value) -> None:
    assert json.loads(canonical(value), parse_int=float) == value  # ECMAScript has one kind of number


def test_big_numbers_and_lone_surrogates_are_made_text_first() -> None:
    assert (
        canonical(safe({"a": (2**60, "\ud800", math.inf)}))
        == b'{"a":["1152921504606846976","\\\\ud800","inf"]}'
    )
