from __future__ import annotations

import pytest

from vitne.model import DOUBTS, EVENT_KINDS, VERDICTS, ClockSample, DeviceEvent, Trigger


def test_screen_lock_screen_and_storage_are_three_kinds() -> None:
    assert {"screen-on", "keyguard-gone", "storage-unlocked"} <= set(EVENT_KINDS)
    assert len(set(EVENT_KINDS)) == len(EVENT_KINDS)


def test_the_words_of_verdicts_and_doubts_are_closed_lists() -> None:
    assert VERDICTS == ("cannot-tell", "no-coupling-seen", "coupled", "coupled-and-specific", "caused")
    assert "clock-not-set" in DOUBTS


def test_the_nouns_are_frozen() -> None:
    event = DeviceEvent(kind="boot", time_ns=1)
    with pytest.raises(AttributeError):
        event.time_ns = 2  # type: ignore[misc]
    assert ClockSample(time_ns=1, offset_ns=2, bound_ns=3).log == ""
    trigger = Trigger(
        event="boot",
        destination="a.example",
        verdict="cannot-tell",
        sentence="",
        events=1,
        transmissions=1,
        tests={},
        effect={},
    )
    assert trigger.rivals == ()
