from __future__ import annotations

import pytest

from vitne.identify.checks import mac


@pytest.mark.parametrize(
    "text",
    [
        "00:00:5E:00:53:01",
        "00-00-5e-00-53-01",
        "0000.5e00.5301",
        "00005E005301",
        "00005E:005301",
        "00 00 5e 00 53 01",
    ],
)
def test_all_usual_ways_of_writing_give_one(text: str):
    assert mac.check(text).canonical == "00:00:5e:00:53:01"


def test_an_address_that_phones_change_is_accepted_with_a_warning():
    assert mac.check("02:00:5e:00:53:01").warnings


@pytest.mark.parametrize(
    "text",
    [
        "00:00:5e:00:53",
        "00:00-5e:00:53:01",
        "02:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:53:01",
        "00:00:5e:00:53:0g",
        "",
    ],
)
def test_others_are_refused(text: str):
    assert not mac.check(text).ok
