from __future__ import annotations

import pytest

from vitne.identify.checks import imei


@pytest.mark.parametrize(
    "text", ["490154203237518", "49-015420-323751-8", "490154-20-323751-8", "49 015420 323751 8"]
)
def test_all_usual_ways_of_writing_give_fifteen_digits(text: str):
    assert imei.check(text).canonical == "490154203237518"


def test_a_wrong_check_digit_is_named_without_the_number():
    result = imei.check("490154203237519")
    assert (result.ok, result.expected_digit) == (False, "8")
    assert "4901" not in result.why


def test_fourteen_digits_are_told_their_fifteenth():
    assert imei.check("49015420323751").expected_digit == "8"


@pytest.mark.parametrize(
    "text", ["4901542032375180", "000000000000000", "004999010640000", "49015420323751X", "", "1"]
)
def test_what_is_no_imei_is_refused(text: str):
    assert not imei.check(text).ok
