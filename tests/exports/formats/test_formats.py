"""The family of export formats: each knows its own files and no other's, and bears any bytes."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exports.samples import ANSWER, BODY, IMEI, OTHERS, REQUEST, SAMPLES, ZEEK, ZEEK_DNS
from vitne.exports import Exchange, format_of, formats
from vitne.intake.captures import format_of as capture_format
from vitne.model import Fit, Gap, Malformed

FORMS = {form.NAME: form for form in formats()}
NAMES = sorted(FORMS)


def exchanges(name: str, data: bytes) -> list[Exchange]:
    """Read an export; everything in it has to be an exchange."""
    form = FORMS[name]
    head = form.prefix(data) if hasattr(form, "prefix") else b""
    found: list[Any] = []
    for span in form.spans(data):
        assert not isinstance(span, Gap), span
        found += form.read(head + data[slice(*span)])
    return found


def test_every_format_has_a_sample_and_its_own_name() -> None:
    assert sorted(SAMPLES) == NAMES
    assert len(NAMES) == len(formats())


@pytest.mark.parametrize("name", NAMES)
def test_a_format_knows_its_own_files_and_no_others(name: str) -> None:
    assert FORMS[name].fit(SAMPLES[name][:4096]) == Fit.CERTAIN
    for other, data in SAMPLES.items():
        assert (FORMS[name].fit(data[:4096]) > Fit.NO) is (other == name)
    for data in (
        b"",
        b"{}",
        b"[]",
        b"hello\n",
        b"<html><body></body></html>",
        b'{"log": 1}'[:3],
        b"\xd4\xc3\xb2\xa1",
    ):
        assert FORMS[name].fit(data) == Fit.NO
    assert format_of(SAMPLES[name][:4096]) is FORMS[name]
    assert capture_format(SAMPLES[name][:64]) is None


@pytest.mark.parametrize("name", sorted(set(NAMES) - OTHERS))
def test_every_format_tells_of_the_same_transmission(name: str) -> None:
    [one] = exchanges(name, SAMPLES[name])
    assert (one.server_port, one.secured, one.answered, one.host) == (443, True, True, "collect.example")
    assert one.server_ip == "198.51.100.20"
    line, _, rest = one.units[0].data.partition(b"\r\n")
    assert line == b"POST /v1?os=13 HTTP/1.1"
    head, _, body = rest.partition(b"\r\n\r\n")
    lower = head.lower()
    assert b"host: collect.example" in lower
    assert b"content-type: application/json" in lower
    assert b"content-length: %d" % len(BODY) in lower
    assert body == BODY.encode()
    assert one.units[1].data.startswith(b"HTTP/1.1 200 ")
    assert [unit.side for unit in one.units] == [0, 1]
    assert one.units[0].time_ns is not None
    assert 1_699_999_999 * 10**9 <= one.units[0].time_ns <= 1_700_000_001 * 10**9


@pytest.mark.parametrize("name", NAMES)
@given(cut=st.integers(0, 10_000))
def test_every_prefix_is_reported_or_ends_between_entries(name: str, cut: int) -> None:
    data = SAMPLES[name]
    cut %= len(data)
    found = list(FORMS[name].spans(data[:cut]))
    whole = [span for span in FORMS[name].spans(data) if not isinstance(span, Gap)]
    if name == "zeek":
        return  # lines: a shorter last line cannot be told from a whole one
    gaps = [one for one in found if isinstance(one, Gap)]
    assert [one for one in found if not isinstance(one, Gap)] == [span for span in whole if span[1] <= cut]
    assert gaps or cut == 0


@pytest.mark.parametrize("name", NAMES)
@given(noise=st.binary(max_size=100))
def test_noise_is_malformed_or_read(name: str, noise: bytes) -> None:
    form = FORMS[name]
    form.fit(noise)
    list(form.spans(noise))
    for data in (noise, SAMPLES[name][:40] + noise):
        try:
            list(form.read(data))
        except Malformed:
            continue


@pytest.mark.parametrize("name", NAMES)
def test_entries_that_follow_one_another_are_all_read(name: str) -> None:
    data = SAMPLES[name]
    [span] = FORMS[name].spans(data)
    between = b"," if name in {"har", "charles-json"} else b""
    repeated = data[: span[0]] + between.join([data[slice(*span)]] * 3) + data[span[1] :]
    assert len(exchanges(name, repeated)) == 3


@pytest.mark.parametrize("name", NAMES)
def test_every_format_stands_in_the_how_to(name: str) -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "scan-an-export.md"
    assert f"| `{name}` |" in page.read_text(encoding="utf-8")


def test_the_samples_hold_what_the_tests_look_for() -> None:
    for name, data in itertools.chain(SAMPLES.items(), [("zeek", ZEEK_DNS)]):
        assert (IMEI.encode() in data) is (name not in {"zeek", "burp", "sms"})
    assert REQUEST.endswith(BODY.encode())
    assert ANSWER
    assert ZEEK
