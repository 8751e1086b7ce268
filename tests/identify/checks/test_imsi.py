from __future__ import annotations

import pytest

from vitne.identify.checks import imsi


@pytest.mark.parametrize("text", ["001010000000001", "00101000000001", "999990000000001", "901010000000001"])
def test_possible_country_codes_pass(text: str):
    assert imsi.check(text).canonical == text


@pytest.mark.parametrize(
    "text", ["0010100000000011", "0010100000001", "801010000000001", "101010000000001", "00101000000000x"]
)
def test_others_are_refused(text: str):
    result = imsi.check(text)
    assert not result.ok
    assert text not in result.why
