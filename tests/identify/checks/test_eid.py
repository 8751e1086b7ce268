from __future__ import annotations

import pytest

from vitne.identify.checks import eid


def test_modulo_97_of_the_whole_number_is_one():
    body = "890490320000000000000000000000"
    digits = f"{98 - int(body + '00') % 97:02d}"
    assert int(body + digits) % 97 == 1
    assert eid.check(body + digits).ok
    assert eid.check(body + "00").expected_digit == digits


@pytest.mark.parametrize("text", ["79" + "0" * 30, "89", "89" + "x" * 30])
def test_others_are_refused(text: str):
    assert not eid.check(text).ok
