from __future__ import annotations

from vitne.consequence.lasting import can_be_reset, lasting, permanent
from vitne.model import IDENTIFIERS


def test_every_word_is_of_the_closed_list_and_says_what_it_rests_on() -> None:
    for identifier, known in lasting().items():
        assert identifier in IDENTIFIERS
        assert len(known.because) > 10


def test_numbers_of_the_equipment_outlive_reset_and_card() -> None:
    for identifier in ("imei", "serial-number", "mac-address"):
        assert permanent(identifier)
        assert lasting()[identifier].outlives_card == "yes"
        assert not can_be_reset(identifier)
    assert lasting()["imsi"].outlives_card == "no"
    assert can_be_reset("advertising-id")
    assert not permanent("install-id")


def test_what_is_not_known_is_neither_permanent_nor_resettable() -> None:
    assert not permanent("device-id")
    assert not can_be_reset("device-id")
    assert not permanent("os-version")
