from __future__ import annotations

import pytest

from vitne.identify.checks import imeisv


def test_sixteen_digits_pass_whatever_the_last_is():
    assert imeisv.check("49-015420-323751-01").canonical == "4901542032375101"


@pytest.mark.parametrize("text", ["490154203237518", "0000000000000000", "490154203237510A"])
def test_others_are_refused(text: str):
    assert not imeisv.check(text).ok
