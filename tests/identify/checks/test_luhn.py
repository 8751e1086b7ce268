from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vitne.identify.checks import luhn


def test_the_example_of_the_standard_passes():
    # ISO/IEC 7812-1 annex B works 7992739871 out to the check digit 3
    assert luhn.check_digit("7992739871") == "3"
    assert luhn.check("79927398713").ok


@given(st.text("0123456789", min_size=1, max_size=30), st.integers(0, 29), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(payload: str, place: int, change: int):
    whole = payload + luhn.check_digit(payload)
    place %= len(whole)
    wrong = whole[:place] + str((int(whole[place]) + change) % 10) + whole[place + 1 :]
    assert luhn.check(whole).ok
    assert not luhn.check(wrong).ok


def test_digits_of_other_scripts_are_no_digits():
    assert not luhn.check("٤٩٠١٥٤٢٠٣٢٣٧٥١٨").ok
    assert not luhn.only_digits("²³")


def test_the_expected_digit_is_named():
    result = luhn.check("79927398710")
    assert result.expected_digit == "3"
    assert "79927398710" not in result.why
