"""Patterns of fields over runs against those of identities, and what runs cannot tell."""

from __future__ import annotations

import pytest

from vitne.compare.patterns import Design, by_word, kept_prefix, pattern

CODED = Design([{"imei": a, "imsi": b, "mac": c} for a, b, c in ("AAA", "BAA", "ABA", "AAB") * 2])


def test_equal_values_have_equal_numbers() -> None:
    assert pattern("abab") == (0, 1, 0, 1)
    assert pattern("") == ()


def test_a_field_names_the_identifier_with_its_pattern() -> None:
    told = CODED.attribute([1, 2, 1, 1, 1, 2, 1, 1])
    assert told is not None
    assert told.movers == (("imei",),)
    assert told.p == pytest.approx(1 / 28)  # 8 runs in groups of 2 and 6: C(8, 2)
    assert told.runs == 8


def test_a_field_of_two_identifiers_names_both() -> None:
    told = CODED.attribute([1, 2, 3, 1, 1, 2, 3, 1])
    assert told is not None
    assert told.movers == (("imei", "imsi"),)
    assert CODED.attribute([1, 2, 3, 1, 1, 2, 3, 1], pairs=False) is None


def test_a_missing_run_is_filled_by_its_repeat() -> None:
    told = CODED.attribute([1, None, 1, 1, 1, 2, 1, None])
    assert told is not None
    assert told.movers == (("imei",),)
    assert CODED.attribute([1, None, 1, 1, 1, None, 1, 1]) is None


def test_noise_and_constants_have_no_mover() -> None:
    assert CODED.attribute([1] * 8) is None
    assert CODED.attribute(list(range(8))) is None
    assert CODED.attribute([1, 2, 2, 1, 1, 2, 2, 1]) is None
    assert by_word([1, 2], [0, 0]) is None


def test_two_whole_identities_cannot_be_taken_apart() -> None:
    both = Design([{"imei": "A", "imsi": "A"}, {"imei": "B", "imsi": "B"}])
    told = both.attribute([b"x", b"y"])
    assert told is not None
    assert told.movers == (("imei",), ("imsi",))
    assert told.p == 1.0


def test_what_is_the_same_in_all_runs_moves_nothing() -> None:
    fixed = Design([{"imei": "A", "model": "M"}, {"imei": "B", "model": "M"}])
    assert fixed.moving == ["imei"]


def test_a_kept_beginning_is_counted() -> None:
    assert kept_prefix([b"0044aa01", b"0044aa77"]) == (6, 8)
    assert kept_prefix([b"abc", b"xyz"]) == (0, 3)
    assert kept_prefix([b"abc", b"ab"]) is None
    assert kept_prefix([b"abc", b"abc"]) is None
