"""Verdicts on before and after: from hand-made nouns, one circumstance at a time."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.compare.test_halves import outcome

from vitne.compare import Change, Half, compare, look_of
from vitne.lab import samples
from vitne.model import Finding, Gap
from vitne.store import OpaqueTotal, Transmission

KEY = ("carrier.example", "imei")


def _imeis(count: int = 20, **changes: Any) -> list[Finding]:
    return [
        samples.finding(flow=number, time_ns=samples.finding().time_ns + number * 10**9, **changes)
        for number in range(count)
    ]


def _dark(host: str, domain: str) -> OpaqueTotal:
    row = msgspec.convert(samples.opaque()[0], OpaqueTotal)
    destination = samples.destination(host=host, domain=domain, ip="198.51.100.7")
    return msgspec.structs.replace(row, destination=destination)


def _half(label: str, findings: list[Finding], **changes: Any) -> Half:
    said = {"opaque": [], "gaps": [], "transmissions": []} | changes
    return Half(label=label, looks=(look_of(outcome(findings=findings, **said), name=label),))


def _only(before: Half, after: Half, **options: Any) -> Change:
    found = [
        each for each in compare(before, after, **options).changes if (each.recipient, each.identifier) == KEY
    ]
    return found[0]


def test_what_both_could_see_and_only_one_shows_is_gone_or_new() -> None:
    seen, none = _half("before", _imeis()), _half("after", [])
    gone = _only(seen, none)
    assert gone.verdict == "gone"
    assert gone.statistics[0].p < 1e-5
    assert any("a delay beyond that cannot be seen" in reason for reason in gone.because)
    assert _only(_half("before", []), _half("after", _imeis())).verdict == "new"


def test_unreadable_bytes_to_the_same_recipient_forbid_gone() -> None:
    dark = [_dark("secure.carrier.example", "carrier.example")]
    change = _only(_half("before", _imeis()), _half("after", [], opaque=dark))
    assert (change.verdict, change.into) == ("cannot tell", "now encrypted")


def test_an_unreadable_destination_that_only_the_later_half_has_forbids_gone() -> None:
    dark = [_dark("elsewhere.example", "elsewhere.example")]
    change = _only(_half("before", _imeis()), _half("after", [], opaque=dark))
    assert (change.verdict, change.into) == ("cannot tell", "now encrypted")
    assert "elsewhere.example" in " ".join(change.because)
    aside = _only(_half("before", _imeis()), _half("after", [], opaque=dark), set_aside=["elsewhere.example"])
    assert aside.verdict == "gone"


def test_an_unreadable_destination_of_both_halves_is_no_news() -> None:
    dark = [_dark("mail.example", "mail.example")]
    change = _only(_half("before", _imeis(), opaque=dark), _half("after", [], opaque=dark))
    assert change.verdict == "gone"


def test_what_became_readable_is_not_called_new() -> None:
    dark = [_dark("secure.carrier.example", "carrier.example")]
    change = _only(_half("before", [], opaque=dark), _half("after", _imeis()))
    assert change.verdict == "cannot tell"


@pytest.mark.parametrize("kind", ["limit", "internal", "unreadable-input", "snap-length"])
def test_a_gap_that_may_hide_anything_forbids_gone(kind: Any) -> None:
    gaps = [Gap(kind=kind, why="a bound")]
    assert _only(_half("before", _imeis()), _half("after", [], gaps=gaps)).verdict == "cannot tell"


def test_a_stopped_scan_and_an_empty_capture_forbid_gone() -> None:
    seen = _half("before", _imeis())
    assert _only(seen, _half("after", [], partial=True)).verdict == "cannot tell"
    empty = [samples.capture(first_ns=None, last_ns=None)]
    assert _only(seen, _half("after", [], captures=empty)).verdict == "cannot tell"


def test_halves_that_were_not_looked_at_alike_forbid_gone() -> None:
    seen, none = _half("before", _imeis()), _half("after", [])

    def changed(half: Half, **changes: Any) -> Half:
        return Half(
            label=half.label, looks=tuple(msgspec.structs.replace(each, **changes) for each in half.looks)
        )

    assert _only(changed(seen, rules="a"), changed(none, rules="a")).verdict == "gone"
    other = compare(changed(seen, rules="a"), changed(none, rules="b"))
    assert other.changes[0].verdict == "cannot tell"
    assert "different rules" in other.notes[0]
    assert _only(changed(seen, known=True), changed(none, known=False)).verdict == "cannot tell"
    assert _only(changed(seen, known=True), changed(none, known=None)).verdict == "gone"


def _joined(*times: int) -> list[Transmission]:
    [row, *_] = [msgspec.convert(each, Transmission) for each in samples.transmissions()]
    first = samples.capture().first_ns or 0
    return [
        msgspec.structs.replace(
            row, protocol="dhcp", kind="discover", scope="multicast", time_ns=first + at * 10**9
        )
        for at in times
    ]


def test_what_was_never_tried_is_not_gone() -> None:
    seen = _half("before", _imeis(), transmissions=_joined(10, 900))
    change = _only(seen, _half("after", []))
    assert change.verdict == "cannot tell"
    assert "never joined the network, the half before did (2 times)" in " ".join(change.because)
    assert _only(seen, _half("after", [], transmissions=_joined(3))).verdict == "gone"
    assert _only(_half("before", _imeis()), _half("after", [], transmissions=_joined(3))).verdict == "gone"
    assert (
        _only(_half("before", []), _half("after", _imeis(), transmissions=_joined(3))).verdict
        == "cannot tell"
    )


def test_events_that_only_one_half_went_through_forbid_gone() -> None:
    def logged(half: Half, *kinds: str) -> Half:
        counts = dict.fromkeys(kinds, 2)
        return Half(
            label=half.label,
            looks=tuple(msgspec.structs.replace(each, triggers=counts) for each in half.looks),
        )

    seen, none = _half("before", _imeis()), _half("after", [])
    change = _only(logged(seen, "boot", "screen-on"), logged(none, "screen-on"))
    assert change.verdict == "cannot tell"
    assert "only the half before went through boot (2 times)" in " ".join(change.because)
    same = compare(logged(seen, "screen-on"), logged(none, "screen-on", "boot"))
    assert same.changes[0].verdict == "gone"
    assert same.after.triggers == {"boot": 2, "screen-on": 2}


def test_captures_shorter_than_it_took_before_forbid_gone() -> None:
    first = samples.capture().first_ns
    assert first is not None
    short = [samples.capture(last_ns=first + 60 * 10**9)]
    looks = _half("after", [], captures=short).looks * 40
    change = _only(_half("before", _imeis()), Half(label="after", looks=looks))
    assert change.verdict == "cannot tell"
    assert "no capture after lasts as long as the other half took to show it: 61 s" in change.because


def test_more_unreadable_connections_to_a_recipient_of_both_halves_forbid_gone() -> None:
    [few, many] = [
        msgspec.structs.replace(_dark("mail.example", "mail.example"), flows=flows) for flows in (3, 23)
    ]
    change = _only(_half("before", _imeis(), opaque=[few]), _half("after", [], opaque=[many]))
    assert (change.verdict, change.into) == ("cannot tell", "now encrypted")
    assert "more unreadable connections than the other to mail.example" in " ".join(change.because)
    gone = _only(_half("before", _imeis(), opaque=[many]), _half("after", [], opaque=[few]))
    assert gone.verdict == "gone"
    assert gone.because[-1] == "unreadable on both sides alike, and never looked into: mail.example"


def test_few_sendings_are_no_proof() -> None:
    change = _only(_half("before", _imeis(2)), _half("after", []))
    assert change.verdict == "cannot tell"
    assert "too few" in " ".join(change.because)


def test_the_same_identifier_to_another_recipient_has_moved() -> None:
    there = _imeis(destination=samples.destination(host="api.other.example", domain="other.example"))
    compared = compare(_half("before", _imeis()), _half("after", there))
    verdicts = {each.recipient: (each.verdict, each.into, each.elsewhere) for each in compared.changes}
    assert verdicts["carrier.example"] == ("changed", "now elsewhere", ("other.example",))
    assert verdicts["other.example"][0] == "new"


def _digest(codec: str) -> tuple[dict[str, Any], ...]:
    return (*samples.finding().layers, {"codec": codec, "path": "", "range": [0, 32], "params": {}})


@pytest.mark.parametrize(
    ("changes", "into"),
    [
        ({"layers": _digest("sha256")}, "now hashed"),
        ({"protection": "decrypted"}, "now encrypted"),
        ({"layers": _digest("hex")}, "now encoded otherwise"),
    ],
)
def test_what_is_sent_in_another_form_has_changed(changes: dict[str, Any], into: str) -> None:
    change = _only(_half("before", _imeis()), _half("after", _imeis(**changes)))
    assert (change.verdict, change.into) == ("changed", into)
    back = _only(_half("before", _imeis(**changes)), _half("after", _imeis()))
    assert back.verdict == "changed"
    assert back.into == into.replace("now ", "no longer ") or into == "now encoded otherwise"


def test_what_is_still_sent_in_the_old_form_too_is_unchanged() -> None:
    both = _imeis() + _imeis(3, protection="decrypted")
    assert _only(_half("before", _imeis()), _half("after", both)).verdict == "unchanged"


def test_less_often_and_later_are_told_of_what_is_unchanged() -> None:
    late = samples.finding().time_ns + 1800 * 10**9
    after = [samples.finding(flow=1, time_ns=late)]
    change = _only(_half("before", _imeis()), _half("after", after))
    assert change.verdict == "unchanged"
    assert any(reason.startswith("less often") for reason in change.because)
    assert any(reason.startswith("later") for reason in change.because)


def test_halves_say_what_they_could_see() -> None:
    dark = [_dark("elsewhere.example", "elsewhere.example")]
    compared = compare(_half("before", _imeis()), _half("after", [], opaque=dark))
    assert compared.counts == {"cannot tell": 1}
    assert compared.before.messages == 20
    assert [(each.recipient, each.only_here) for each in compared.after.unreadable] == [
        ("elsewhere.example", True)
    ]
