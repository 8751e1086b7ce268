from __future__ import annotations

import pytest

from vitne.identify.checks import meid


def test_hexadecimal_digits_are_upper_case():
    assert meid.check("a0000000000001").canonical == "A0000000000001"


def test_decimal_digits_are_the_same_number():
    # 0xA0000000 = 2684354560, the first that 3GPP2 gives out
    assert meid.check("268435456000000001").canonical == "A0000000000001"


@pytest.mark.parametrize(
    "text", ["FFFFFFFFFFFFFF", "11111111111111", "999999999999999999", "A000000000000", "A000000000000G"]
)
def test_others_are_refused(text: str):
    assert not meid.check(text).ok
