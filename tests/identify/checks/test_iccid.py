from __future__ import annotations

import pytest

from vitne.identify.checks import iccid


def test_nineteen_digits_with_the_right_luhn_digit_pass_silently():
    assert iccid.check("8999900000000000006").warnings == ()


def test_a_wrong_luhn_digit_is_a_warning_only():
    result = iccid.check("8999900000000000007")
    assert result.ok
    assert len(result.warnings) == 1


def test_the_padding_of_the_card_file_is_dropped():
    assert iccid.check("8999900000000000006F").canonical == "8999900000000000006"


def test_a_letter_is_read_in_the_chinese_series_alone():
    assert iccid.check("89860A00000000000001").ok
    assert not iccid.check("89999A00000000000001").ok


@pytest.mark.parametrize("text", ["7999900000000000006", "89999", "899990000000000000612345", "hello", ""])
def test_others_are_refused(text: str):
    assert not iccid.check(text).ok
