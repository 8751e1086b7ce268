"""Twin of vitne.evidence.remaking: what stands beside the findings is read again from the captures, too.

Each test is somebody who seals a case with something changed: what a report says has to come out of the bytes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest
from pyarrow import parquet as pq
from tests.evidence.resealed import change

from vitne.evidence.rederiving import Known, check_findings
from vitne.evidence.remaking import Ends, copies, originals, tables
from vitne.model import Subject
from vitne.pipeline import Options, run_scan
from vitne.store import read_case


@pytest.fixture(scope="module")
def case(demonstration):
    return read_case(demonstration / "case")


@pytest.fixture(scope="module")
def scanned(demonstration):
    """The capture scanned without any known value."""
    return run_scan([demonstration / "phone-hour.pcapng"], Options(subject=Subject())).masked()


def failed(checks):
    return {c.where: c.why for c in checks if c.state == "failed"}


def test_an_honest_case_comes_out_again_without_any_value(case, scanned) -> None:
    checks = tables(case, scanned, known=False)
    assert {c.state for c in checks} == {"confirmed"}
    assert len(checks) == 6  # five tables and what the manifest says


@pytest.mark.parametrize("table", ["captures", "gaps", "oddities", "opaque", "transmissions"])
def test_a_row_that_was_taken_out_or_put_in_is_named(case, scanned, table) -> None:
    rows = getattr(case, table)
    less = msgspec.structs.replace(case, **{table: rows[:-1]})
    assert f"data/case/{table}.jsonl:{len(rows)}" in failed(tables(less, scanned, known=False))
    more = msgspec.structs.replace(case, **{table: (*rows, rows[-1])})
    assert f"data/case/{table}.jsonl:{len(rows) + 1}" in failed(tables(more, scanned, known=False))


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("captures", "sha256", "22" * 32),
        ("captures", "last_ns", 1),
        ("gaps", "count", 99),
        ("oddities", "note", "nothing"),
        ("opaque", "bytes", 1),
        ("transmissions", "time_ns", 1),
        ("transmissions", "host", "other.example"),
    ],
)
def test_a_changed_field_is_named_with_its_row(case, scanned, table, field, value) -> None:
    rows = list(getattr(case, table))
    rows[0] = msgspec.structs.replace(rows[0], **{field: value})
    told = failed(tables(msgspec.structs.replace(case, **{table: tuple(rows)}), scanned, known=False))
    assert field in told[f"data/case/{table}.jsonl:1"]


@pytest.mark.parametrize("name", ["counts", "devices", "inputs", "opened"])
def test_what_the_manifest_says_of_the_whole_scan_is_compared(case, scanned, name) -> None:
    manifest = {**case.manifest, name: [{"sha256": "00"}]}
    told = failed(tables(msgspec.structs.replace(case, manifest=manifest), scanned, known=False))
    assert name in told["data/case/manifest.json"]


def test_a_masked_word_is_not_compared_without_the_values_and_fails_with_them(case, scanned) -> None:
    rows = [msgspec.structs.replace(case.oddities[0], note="imei#1"), *case.oddities[1:]]
    changed = msgspec.structs.replace(case, oddities=tuple(rows))
    [check] = [c for c in tables(changed, scanned, known=False) if "oddities" in c.where]
    assert check.state == "not-checked"
    assert failed(tables(changed, scanned, known=True))


def test_the_capture_of_a_bag_must_be_the_one_that_the_case_names(bag, case, tmp_path) -> None:
    assert {c.state for c in originals(bag, case)} == {"confirmed"}
    own = msgspec.structs.replace(case.captures[0], sha256="33" * 32)
    told = failed(originals(bag, msgspec.structs.replace(case, captures=(own,))))
    assert "another capture" in told["data/original/1/phone-hour.pcapng"]


@pytest.mark.parametrize(
    ("change_to", "word"),
    [
        ({"destination": {"ip": "203.0.113.99"}}, "destination"),
        ({"source": {"ip": "192.0.2.99"}}, "source"),
        ({"delivery": "attempted"}, "delivery"),
        ({"time_ns": 1}, "time_ns"),
        ({"transport": "udp"}, "transport"),
        ({"frames": (5,)}, "frames outside its message"),
        ({"filter": "frame.number == 5"}, "filter"),
        ({"capture": {"name": "x", "sha256": "00" * 32}}, "capture"),
    ],
)
def test_a_finding_has_to_agree_with_its_message_even_without_the_values(
    case, scanned, change_to, word
) -> None:
    """By the same finding of a scan without values, and where there is none by the message it stands in."""
    one = next(each for each in case.findings if each.protocol == "http" and each.direction == "sent")
    changes = {
        name: msgspec.structs.replace(getattr(one, name), **value)
        if name in {"destination", "source"}
        else value
        for name, value in change_to.items()
    }
    changed = msgspec.structs.replace(one, **changes)
    for result in (scanned, msgspec.structs.replace(scanned, findings=[])):
        ends = Ends(case, result)
        assert ends.fault(one) == ""
        assert word in ends.fault(changed)


def test_parquet_and_page_have_to_say_what_the_lines_say(bag, tmp_path) -> None:
    from vitne.cli.verify import _page

    copy = Path(shutil.copytree(bag, tmp_path / "bag"))
    case = read_case(copy / "data/case")
    assert {c.state for c in copies(case, _page)} == {"confirmed"}
    path = copy / "data/case/opaque.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    (copy / "data/case/gaps.parquet").write_bytes(b"PAR1")
    page = copy / "data/case/report/index.html"
    page.write_text(page.read_text().replace("mail.post.example", "mail.pest.example"))
    assert set(failed(copies(case, _page))) == {
        "data/case/opaque.parquet", "data/case/gaps.parquet", "data/case/report/index.html",
    }  # fmt: skip
    page.unlink()
    assert "missing" in failed(copies(case, None))["data/case/report/index.html"]


def test_verify_tells_a_bag_from_which_gaps_were_taken(bag, tmp_path) -> None:
    copy = Path(shutil.copytree(bag, tmp_path / "bag"))
    change(copy, "gaps", lambda *_: None)
    told = failed(check_findings(copy, {}, Known()))
    assert {"data/case/gaps.jsonl:1", "data/case/gaps.parquet"} <= set(told)
