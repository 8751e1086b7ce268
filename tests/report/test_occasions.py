from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from vitne.report.occasions import MOST_LANES, MOST_MARKS, drawing

BEGIN = 1_549_174_470 * 10**9


def document(**more: Any) -> dict[str, Any]:
    trigger = {
        "event": "keyguard-gone",
        "destination": "a.example",
        "verdict": "coupled",
        "latencies_s": [1.0, None, 2.0, 400.0],
    }
    return {"observation": {"begin_ns": BEGIN, "end_ns": BEGIN + 3600 * 10**9}, "triggers": [trigger], **more}


def test_lanes_of_events_stand_above_lanes_of_transmissions_and_the_raster_below() -> None:
    drawn = drawing(
        document(), {"keyguard-gone": [10.0, 20.0]}, {"a.example": [11.0], "b.example": [5.0, 6.0]}
    )
    root = ET.fromstring(drawn)
    texts = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]
    order = [
        texts.index(text)
        for text in (
            "Events of the device",
            "keyguard-gone (2)",
            "Transmissions",
            "a.example (1)",
            "b.example (2)",
        )
    ]
    assert order == sorted(order)
    assert any("waits of each event" in text for text in texts)
    assert (
        len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 2
    )  # none for no answer, none beyond a minute
    assert "2019-02-03" in root.attrib["aria-label"]


def test_hostile_names_stay_text() -> None:
    drawn = drawing(document(triggers=[]), {'<script>"\x1b[2J': [1.0]}, {"</svg><b>\u202e": [1.0]})
    assert "<script" not in drawn
    assert "\x1b" not in drawn
    ET.fromstring(drawn)


def test_many_marks_and_lanes_are_bounded() -> None:
    many = {
        f"host{number}.example": [float(n) for n in range(10_000 if number == 0 else 2)]
        for number in range(40)
    }
    drawn = drawing(document(triggers=[]), {}, many)
    assert drawn.count("M") < MOST_LANES * 3 + MOST_MARKS + 100
    assert f"and {40 - MOST_LANES} more destinations" in drawn
