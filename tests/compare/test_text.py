"""A comparison as text: all verdicts under their titles, hostile words inert."""

from __future__ import annotations

from tests.compare.test_verdicts import _dark, _half, _imeis

from vitne.compare import compare
from vitne.compare.text import text
from vitne.lab import samples


def _lines(*halves: object, **options: bool) -> str:
    return "\n".join(text(compare(*halves), **options))  # type: ignore[arg-type]


def test_verdicts_stand_under_their_titles_with_reasons() -> None:
    said = _lines(_half("before", _imeis()), _half("after", []))
    assert "Gone\n  imei to carrier.example: gone\n      0 sendings in 1 h 1 min against 20" in said
    assert "before: 1 capture or case" in said


def test_what_may_be_inside_is_only_perhaps_encrypted() -> None:
    dark = [_dark("secure.carrier.example", "carrier.example")]
    said = _lines(_half("before", _imeis()), _half("after", [], opaque=dark))
    assert "cannot tell (perhaps now encrypted)" in said
    assert "unreadable: carrier.example, 33120 bytes (tls), only in this half" in said


def test_attributes_are_counted_and_listed_on_demand() -> None:
    model = samples.finding(identifier="device-model", kind="attribute")
    halves = _half("before", [model]), _half("after", [model])
    assert "1 attributes" in _lines(*halves)
    assert "device-model to carrier.example: unchanged" in _lines(*halves, attributes=True)
    assert "neither half shows" in _lines(_half("before", []), _half("after", []))


def test_a_hostile_name_can_do_nothing() -> None:
    evil = samples.destination(host="", domain="x\x1b[2J.example")
    assert "\x1b" not in _lines(_half("before", _imeis(destination=evil)), _half("after", []))
