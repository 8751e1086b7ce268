"""Sums of one identifier to one recipient, and the exact tests on them."""

from __future__ import annotations

import msgspec
import pytest
from tests.compare.test_halves import outcome

from vitne.compare.halves import Half, Logged, look_of
from vitne.compare.showing import form_of, hashed, keys_of, long_enough, reach, showing, span, statistics
from vitne.lab import samples

KEY = ("carrier.example", "imei")


def _half(label: str, looks: int = 1, *, empty: bool = False, moments: tuple[int, ...] = ()) -> Half:
    findings = [] if empty else list(samples.findings())
    logged = Logged(times={"unlock": moments}, counted="unlock")
    one = look_of(outcome(findings=findings), name="one", logged=logged)
    return Half(label=label, looks=tuple(one for _ in range(looks)))


def test_sendings_are_messages_and_forms_are_chains_of_wrappings() -> None:
    found = showing(_half("before"), KEY)
    assert found is not None
    assert found.sendings == 2
    assert found.forms == ("encoded: http, base64, json",)
    assert found.fields == ("IMEI1",)
    assert found.first_s == 61.0
    assert showing(_half("after", empty=True), KEY) is None
    assert KEY in keys_of(_half("before"))


def test_a_hash_is_told_from_what_leads_back() -> None:
    layers = ({"codec": "http", "path": "body", "range": [0, 9], "params": {}},)
    digest = ({"codec": "md5", "path": "", "range": [0, 32], "params": {}},)
    assert not hashed(samples.finding(layers=layers))
    assert hashed(samples.finding(layers=layers + digest))
    assert form_of(samples.finding(layers=layers, protection="clear")) == "clear: http"


def test_few_captures_are_judged_by_sendings_and_many_by_captures() -> None:
    units = [each.unit for each in statistics(_half("before"), _half("after"), KEY)]
    assert units == ["sendings"]
    tests = statistics(_half("before", 4), _half("after", 4, empty=True), KEY)
    assert [each.unit for each in tests] == ["captures", "sendings"]
    assert tests[0].says == "0 of 4 captures against 4 of 4"
    assert tests[0].p == pytest.approx(2 / 70)


def test_marked_events_decide_first() -> None:
    first = samples.findings()[0].time_ns
    moments = (first - 10_000_000_000, first + 61_000_000_000)
    test = statistics(_half("before", moments=moments), _half("after", empty=True, moments=moments), KEY)[0]
    assert test.unit == "events"
    assert test.before == (1, 2)
    assert test.says == "0 of 2 events against 1 of 2"


@pytest.mark.parametrize(
    ("seconds", "words"), [(59.6, "60 s"), (119, "119 s"), (3540, "59 min"), (3661, "1 h 1 min")]
)
def test_times_are_written_for_a_person(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_an_event_that_the_end_of_the_capture_cuts_short_counts_on_neither_side() -> None:
    last = samples.capture().last_ns
    assert last is not None
    moments = (last - 61_000_000_000, last - 59_000_000_000)
    test = statistics(_half("before", moments=moments), _half("after", empty=True, moments=moments), KEY)[0]
    assert (test.before, test.after) == ((0, 1), (0, 1))


def test_captures_that_end_before_it_can_have_come_are_left_out() -> None:
    seen = _half("before", 4)
    assert reach(seen, KEY) == 61.0
    short = msgspec.structs.replace(
        seen.looks[0], findings=(), by_key={}, end_ns=seen.looks[0].begin_ns + 60 * 10**9
    )
    long = msgspec.structs.replace(short, end_ns=short.begin_ns + 62 * 10**9)
    half = Half(label="after", looks=(short, long, short))
    assert long_enough(half, seen, KEY).looks == (long,)
    assert long_enough(seen, half, KEY).looks == seen.looks
