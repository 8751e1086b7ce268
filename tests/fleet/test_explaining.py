"""What senders have in common: from hand-made fleets, with confounders, unknowns and odd ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from vitne.exact import fisher, interval
from vitne.fleet.explaining import explain
from vitne.fleet.grouping import NOT
from vitne.fleet.manifest import Handset
from vitne.fleet.results import CaptureResult, Sending

if TYPE_CHECKING:
    from vitne.fleet.shape import FleetReport, Sender


def _sending(recipient: str = "carrier.example") -> Sending:
    return Sending(
        recipient=recipient, host=recipient, identifier="imei", kind="identifier", sender="self-registration",
        field="IMEI1", protection="encoded", grade="declared", delivery="refused", messages=1, first_s=60.0,
    )  # fmt: skip


def _result(**changes: Any) -> CaptureResult:
    said: dict[str, Any] = {
        "format": "", "key": "", "sha256": "", "size": 1, "state": "read", "error": "", "packets": 9, "seconds": 60.0,
        "sendings": (), "unreadable": {}, "gaps": {}, "partial": False,
    }  # fmt: skip
    return CaptureResult(**(said | changes))


def _fleet(rows: list[tuple[dict[str, str], CaptureResult]], fixed: tuple[str, ...] = ()) -> FleetReport:
    handsets, results = [], {}
    for number, (attributes, result) in enumerate(rows):
        name = f"h{number:03}"
        handsets.append(Handset(capture=f"{name}.pcap", device=name, attributes=tuple(attributes.items())))
        results[f"{name}.pcap"] = result
    return explain(handsets, results, fixed=fixed)


def _batches(bad: Any, *, count: int = 120) -> list[tuple[dict[str, str], CaptureResult]]:
    rows = []
    for number in range(count):
        own = {"build": "AB"[number % 2], "batch": str(number // 2 % 6), "place": "xyz"[number // 12 % 3]}
        rows.append((own, _result(sendings=(_sending(),) if bad(own, number) else ())))
    return rows


def _only(report: FleetReport) -> Sender:
    [sender] = report.senders
    return sender


def test_a_batch_of_one_build_is_named_with_its_exact_chance() -> None:
    sender = _only(_fleet(_batches(lambda own, _: own["build"] == "A" and own["batch"] == "3")))
    found = sender.explanation
    assert found is not None
    assert dict(found.attributes) == {"build": "A", "batch": "3"}
    assert (found.inside.sending, found.inside.of) == (10, 10)
    assert (found.outside.sending, found.outside.of) == (0, 110)
    assert found.p == pytest.approx(fisher((10, 10), (0, 110)))
    assert found.corrected > found.p
    assert sender.odd_sending == sender.odd_silent == ()


def test_the_odd_ones_out_are_named() -> None:
    report = _fleet(
        _batches(lambda own, n: (own["build"] == "A" and own["batch"] == "3" and n != 6) or n == 101)
    )
    sender = _only(report)
    assert sender.odd_sending == ("h101",)
    assert sender.odd_silent == ("h006",)


def test_what_holds_for_the_same_devices_is_listed_as_not_to_be_told_apart() -> None:
    rows = _batches(lambda own, _: own["batch"] == "3")
    rows = [({**own, "line": "L" if own["batch"] == "3" else "M"}, result) for own, result in rows]
    sender = _only(_fleet(rows))
    assert sender.explanation is not None
    named = {sender.explanation.attributes, *sender.alike}
    assert {(("batch", "3"),), (("line", "L"),)} <= named


def test_any_other_value_is_an_explanation_too() -> None:
    sender = _only(_fleet(_batches(lambda own, _: own["place"] != "x")))
    assert sender.explanation is not None
    assert sender.explanation.attributes == (("place", NOT + "x"),)
    assert sender.explanation.outside.sending == 0


def test_chance_explains_nothing() -> None:
    sender = _only(_fleet(_batches(lambda _, n: n in {5, 44, 71})))
    assert sender.explanation is None
    everyone = _only(_fleet(_batches(lambda *_: True)))
    assert everyone.explanation is None
    assert (everyone.count.sending, everyone.count.of) == (120, 120)


def test_devices_of_which_it_cannot_be_told_count_on_neither_side() -> None:
    rows = _batches(lambda own, _: own["batch"] == "3")
    rows[0] = (rows[0][0], _result(unreadable={"carrier.example": 900}))
    rows[1] = (rows[1][0], _result(unreadable={"other.example": 900}))
    rows[2] = (rows[2][0], _result(state="unreadable", error="damaged"))
    rows[3] = (rows[3][0], _result(gaps={"limit": 1}))
    report = _fleet(rows)
    sender = _only(report)
    assert (sender.count.of, sender.count.unknown) == (117, 3)
    assert report.unreadable == (("h002.pcap", "damaged"),)
    by_build = {group.value: group.count for group in sender.groups}
    assert sum(count.unknown for count in by_build.values()) == 3
    assert by_build["A"].high < 1


def test_a_device_with_several_captures_is_one_device() -> None:
    handsets = [
        Handset(capture="a.pcap", device="one", attributes=(("build", "A"), ("date", "1"))),
        Handset(capture="b.pcap", device="one", attributes=(("build", "A"), ("date", "2"))),
    ]
    report = explain(handsets, {"a.pcap": _result(), "b.pcap": _result(sendings=(_sending(),))})
    assert (report.devices, report.captures) == (1, 2)
    assert [(group.column, group.value) for group in _only(report).groups] == [("build", "A")]


def test_attributes_alone_make_no_sender() -> None:
    import msgspec

    plain = msgspec.structs.replace(_sending(), kind="attribute")
    assert _fleet([({}, _result(sendings=(plain,)))]).senders == ()


def test_build_and_date_are_counted_together_too() -> None:
    rows = _batches(lambda own, n: own["build"] == "A" and n < 60)
    rows = [({**own, "date": "1" if n < 60 else "2"}, result) for n, (own, result) in enumerate(rows)]
    groups = {(each.column, each.value): each.count for each in _only(_fleet(rows)).groups}
    assert (groups["build, date", "A, 1"].sending, groups["build, date", "A, 1"].of) == (30, 30)
    assert (groups["build, date", "A, 2"].sending, groups["build, date", "A, 2"].of) == (0, 30)
    assert (groups["build", "A"].sending, groups["date", "1"].sending) == (30, 30)


def test_how_many_run_a_fixed_build_and_still_send_is_counted_by_date() -> None:
    rows = _batches(lambda own, n: own["build"] == "A" or n == 61)
    rows = [({**own, "date": "1" if n < 60 else "2"}, result) for n, (own, result) in enumerate(rows)]
    rows[3] = ({**rows[3][0], "build": ""}, rows[3][1])
    rows[5] = (rows[5][0], _result(state="unreadable", error="damaged"))
    report = _fleet(rows, fixed=("B",))
    assert report.fixed == ("B",)
    assert [(each.date, each.running, each.of, each.unknown) for each in report.running] == [
        ("", 59, 119, 1), ("1", 29, 59, 1), ("2", 30, 60, 0)
    ]  # fmt: skip
    low, high = interval(59, 119)
    assert (report.running[0].low, report.running[0].high) == (round(low, 6), round(high, 6))
    counts = {(each.column, each.value): each.count for each in _only(report).groups}
    found = {
        key: (count.sending, count.of, count.unknown) for key, count in counts.items() if "fixed" in key[0]
    }
    assert found[("fixed build", "yes")] == (1, 58, 1)
    assert found[("fixed build", "no")] == (60, 60, 0)
    assert found[("fixed build, date", "yes, 2")] == (1, 30, 0)
    assert found[("fixed build, date", "yes, 1")] == (0, 28, 1)
    assert counts[("fixed build, date", "yes, 1")].high > 0.1


def test_chances_too_small_for_a_double_are_still_told_apart() -> None:
    count = 3000
    rows = [
        (
            {"sim": ("none", "one", "two")[n % 3], "line": "xy"[n % 2]},
            _result(sendings=(_sending(),) if n % 3 else ()),
        )
        for n in range(count)
    ]
    found = _only(_fleet(rows)).explanation
    assert found is not None
    assert found.attributes == (("sim", NOT + "none"),)
    assert found.p == 0.0
    assert -840 < found.p_log10 < found.corrected_log10 < -800
