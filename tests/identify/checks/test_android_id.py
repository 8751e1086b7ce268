from __future__ import annotations

import pytest

from vitne.identify.checks import android_id


def test_lost_leading_zeros_are_put_back_with_a_warning():
    result = android_id.check("A1B2C3D4E5F6071")
    assert result.canonical == "0a1b2c3d4e5f6071"
    assert result.warnings
    assert not android_id.check("0a1b2c3d4e5f6071").warnings


@pytest.mark.parametrize(
    "text", ["9774d56d682e549c", "0000000000000000", "123", "0a1b2c3d4e5f60711", "0a1b2c3d4e5f607x"]
)
def test_others_are_refused(text: str):
    assert not android_id.check(text).ok
