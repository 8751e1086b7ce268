from __future__ import annotations

import pytest

from vitne.identify.checks import msisdn


@pytest.mark.parametrize("text", ["+47 21 00 00 01", "004721000001", "4721000001", "+47-2100-0001"])
def test_all_usual_ways_of_writing_give_the_digits(text: str):
    assert msisdn.check(text).canonical == "4721000001"


def test_a_length_that_no_number_of_the_country_has_is_a_warning():
    assert msisdn.check("+47 2100").warnings or not msisdn.check("+47 2100").ok
    assert msisdn.check("+47 2100000123456").warnings
    assert msisdn.check("+999 2100000").warnings


@pytest.mark.parametrize("text", ["0921000001", "+47", "+4721000001234567", "call me"])
def test_others_are_refused(text: str):
    assert not msisdn.check(text).ok
