from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from vitne.report.occasions_page import page, remarks, standing

BEGIN = 1_549_174_470 * 10**9


def document(**more: Any) -> dict[str, Any]:
    trigger = {
        "verdict": "coupled",
        "sentence": "In 9 of 10 unlocks a transmission to <b>a.example</b> followed within 5 s; by chance 1.0 would have: coupled.",
        "tests": {"coupled": {"p_holm": 0.001}},
        "rivals": [
            {"name": "observer", "standing": "not excluded", "because": "whoever used the phone chose"}
        ],
    }
    log = {"name": "events.log", "format": "logcat", "records": 9, "events": 3}
    remark = {"name": "clock-jump", "note": "the clock goes back", "record": 4, "count": 2}
    return {
        "device": "device#1",
        "observation": {"begin_ns": BEGIN, "end_ns": BEGIN + 10**12, "left_out": {"clock-not-set": 2}},
        "tested": 5,
        "blocked": "",
        "clock": {"offset_s": 1.7, "bound_s": 0.4, "how": "61 anchors"},
        "triggers": [trigger],
        "logs": [{**log, "remarks": [remark]}],
        **more,
    }


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.addresses: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href"}]


def test_the_page_opens_offline_without_a_script_and_shows_what_else_may_explain_it() -> None:
    text = page(document(), "<svg/>")
    tags = Tags()
    tags.feed(text)
    assert not {"script", "img", "link", "b"} & set(tags.seen)
    assert tags.addresses == []
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text
    for words in ("coupled", "observer: not excluded", "9 of 10 unlocks", "corrected: coupled p 0.001"):
        assert words in text


def test_where_nothing_is_claimed_the_reason_stands_in_its_place() -> None:
    assert "Nothing is claimed: no clock" in page(document(blocked="no clock", triggers=[]), "")
    assert (
        standing(document())
        == "The device's clock runs +1.7 s beside the capture's, give or take 0.4 s (61 anchors)."
    )
    assert "not compared" in standing(document(clock=None))


def test_what_is_doubtful_about_a_log_is_told_with_its_line() -> None:
    assert list(remarks(document())) == [
        "events.log: logcat, 9 lines, 3 events",
        "events.log: clock-jump: the clock goes back (2 times), from line 4",
        "2 events were left out: clock-not-set",
    ]
