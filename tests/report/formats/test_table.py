from __future__ import annotations

import io
import re

import msgspec
import pytest
from rich.console import Console

from vitne.lab import samples
from vitne.report.formats import table as module
from vitne.report.formats.table import print_result
from vitne.report.overview import overview


def printed(case, *, colour=False, width=110, **options) -> str:
    sink = io.StringIO()
    print_result(case, Console(file=sink, width=width, force_terminal=colour), **options)
    return sink.getvalue()


def row(told, word) -> str:
    return next(line for line in told.splitlines() if re.match(rf"\s+{re.escape(word)}\s", line))


def test_the_table_says_who_got_what_in_what_form(case):
    told = printed(case)
    assert told.startswith("3 kinds of personal data left Kari-sin-telefon")
    assert row(told, "imei").split() == [
        "imei",
        "00440299•••••••",
        "IMEI1",
        "observed",
        "✓",
        "2",
        "131,",
        "288",
    ]
    assert "registration.carrier.example  203.0.113.80:80/tcp" in told
    assert "name from the HTTP request" in told
    assert "encoded, not encrypted" in told
    assert (
        "refused: the other side answered no, which shows that it received the message (HTTP 200, resultCode 1)"
        in told
    )
    assert "also: device-model HMD-TA 0000, os-version Android8.1.0" in told


def test_unread_traffic_gaps_and_oddities_stand_beside(case):
    told = printed(case)
    assert row(told, "mail.post.example").split()[-2:] == ["33.1", "kB"]
    assert "missing-segment: no captured frame holds these bytes" in told
    assert "8 × claims-encryption" in told
    assert "831 packets, 2 messages, 1 h 1 min of capture" in told


def test_the_sentences_come_first_and_a_case_laid_out_is_not_laid_out_again(case, monkeypatch):
    told = printed(case)
    assert told.startswith("3 kinds")
    laid = overview(case)
    monkeypatch.setattr(module, "overview", None)
    assert printed(case, laid=laid) == told


def test_nothing_found_is_said_with_what_could_not_be_looked_at(make_case):
    told = printed(make_case(findings=[]))
    assert "No personal data was observed" in told
    assert "Not looked into: 40 360 bytes" in " ".join(told.split())


def test_an_owners_name_for_a_value_is_shown_and_a_bare_number_is_not(make_case):
    told = printed(make_case(findings=[samples.finding(value="imei#1", seed="imei slot 1")]))
    assert "imei#1 (imei slot 1)" in told
    told = printed(make_case(findings=[samples.finding(value="x", seed="imei#1")]))
    assert "imei#1" not in told


def test_what_is_not_verified_says_so(make_case):
    told = printed(make_case(findings=[samples.finding(verified=False)]))
    assert "observed unverified" in row(told, "imei")
    two = [samples.finding(verified=False), samples.finding(id="b", time_ns=1)]
    assert "✓ 1 of 2" in row(printed(make_case(findings=two)), "imei")


def test_long_lists_are_cut_with_their_number_unless_verbose(make_case):
    many = [samples.finding(id=str(i), group=str(i), value=f"v{i}") for i in range(45)]
    rows = [
        row | {"destination": row["destination"] | {"host": f"h{i}.example"}}
        for i in range(20)
        for row in samples.opaque()[:1]
    ]
    odd = [samples.oddities()[0].__class__(name=f"odd-{i}", note="x") for i in range(20)]
    case = make_case(findings=many, opaque=rows, oddities=odd)
    short, whole = printed(case), printed(case, verbose=True)
    assert "and 5 more" in short
    assert "and 8 more" in short
    assert "and 8 more kinds" in short
    assert "more (-v" not in whole
    assert sum("h19.example" in each for each in (short, whole)) >= 1


def test_foreign_text_is_inert_on_the_terminal(hostile):
    text, case = hostile
    for colour in (False, True):
        told = printed(case, colour=colour, width=400, verbose=True)
        bare = re.sub(r"\x1b\[[0-9;]*m", "", told)
        assert "\x1b" not in bare
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\uffff]", bare)
        assert "\u0301" * 4 not in bare
        if "\x1b[31m" in text:
            assert "⟨U+001B⟩[31mred" in bare
        if text.startswith("[bold]"):
            assert "[bold]x[/bold]" in bare


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_narrow_terminal_still_gets_every_character_of_the_values(case, width):
    assert printed(case, width=width).count("•") == printed(case).count("•") > 30


def test_printing_twice_gives_the_same(case):
    assert printed(case) == printed(case)


def many_devices(make_case, count):
    found = [
        msgspec.structs.replace(one, source=msgspec.structs.replace(one.source, device=f"device#{number}"))
        for number in range(1, count + 1)
        for one in make_case().findings[: 1 + (number == count)]
    ]
    return make_case(findings=found, opaque=[])


def test_of_many_devices_the_most_telling_are_printed_and_the_rest_counted(make_case):
    told = printed(many_devices(make_case, 30))
    ruled = [line.split()[0] for line in told.splitlines() if "───" in line and line.startswith("device#")]
    assert len(ruled) == 6
    assert "device#30" in ruled
    assert "And 24 more devices, 24 of them with personal data (-v shows all)" in told
    assert "And 18 more sentences of this kind (-v shows all)." in told
    assert told.index("device#2 ─") < told.index("device#30 ─")
    whole = printed(many_devices(make_case, 30), verbose=True)
    assert all(f"device#{number} ──" in whole for number in range(1, 31))
    assert "more device" not in whole


def test_of_many_destinations_the_first_are_printed_and_the_rest_counted(make_case):
    first = make_case().findings[0]
    found = [
        msgspec.structs.replace(
            first, destination=msgspec.structs.replace(first.destination, host=f"h{number}.example")
        )
        for number in range(20)
    ]
    told = printed(make_case(findings=found, opaque=[]))
    assert len(set(re.findall(r"h\d+\.example  ", told))) == 12
    assert "and 8 more destinations with values (-v shows all)" in told
