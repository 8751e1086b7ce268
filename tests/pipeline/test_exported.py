"""Exports through the whole way: what a capture would give, an export of the same gives too."""

from __future__ import annotations

import gzip
import json
import tempfile
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import msgspec
import numpy as np
import pytest

import vitne
from tests.exports.samples import BODY, OTHERS, SAMPLES, SMS, ZEEK, ZEEK_DNS, flow, tnet
from tests.pipeline.har import entry, har
from tests.pipeline.talk import IMEI, OK, START, Talk, post, subject
from vitne.cli.names import schemas
from vitne.exports import format_of
from vitne.intake.received import Buffer
from vitne.model import StreamBatch
from vitne.pipeline import Options, run_scan
from vitne.pipeline.document import document
from vitne.pipeline.exported import ExportWalk
from vitne.pipeline.exportreader import ExportReader, Unpacked
from vitne.pipeline.replay import replay

FLOWS = Path(__file__).parents[1] / "exports" / "formats" / "data" / "flows.mitm"


def _file(folder: Path, data: bytes, name: str = "a.har") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _scan(data: bytes, **more: Any) -> Any:
    return run_scan(["-"], Options(stdin=BytesIO(data), **more))


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - OTHERS))
def test_every_format_gives_the_same_finding(name: str, tmp_path: Path) -> None:
    result = vitne.scan(_file(tmp_path, SAMPLES[name]), subject=subject(tmp_path), reveal=True)
    [one] = [each for each in result.findings if each.identifier == "imei"]
    assert (one.value, one.field, one.grade, one.verified) == (
        IMEI,
        "imei",
        "observed",
        True,
    )
    assert (one.protection, one.delivery, one.answer) == ("decrypted", "accepted", "HTTP 200")
    assert (one.frames, one.message_frames) == ((0,), (0, 0))
    assert (one.destination.ip, one.destination.port, one.destination.host) == (
        "198.51.100.20",
        443,
        "collect.example",
    )
    assert one.destination.host_source == "http-host"
    assert one.filter == ""
    assert [layer["codec"] for layer in one.layers] == ["http", "json"]
    assert result.captures[0].format == name
    assert (result.captures[0].unit, result.captures[0].packets) == ("entry", 1)


def test_an_export_says_what_the_capture_of_the_same_says(tmp_path: Path) -> None:
    talk = Talk()
    talk.tcp([(0, post(BODY.encode())), (1, OK)])
    captured = vitne.scan(talk.write(tmp_path / "a.pcap"), subject=subject(tmp_path), reveal=True)
    exported = vitne.scan(_file(tmp_path, har(entry(body=BODY))), subject=subject(tmp_path), reveal=True)
    names = ("identifier", "value", "spelling", "field", "grade", "kind", "seed", "verified", "direction", "delivery",
             "answer", "protection", "scope", "transport", "value_range", "protocol")  # fmt: skip
    assert [[getattr(one, name) for name in names] for one in captured.findings] == [
        [getattr(one, name) for name in names] for one in exported.findings
    ]
    assert [[each["codec"] for each in one.layers] for one in captured.findings] == [
        [each["codec"] for each in one.layers] for one in exported.findings
    ]


def test_flows_of_every_kind_are_searched() -> None:
    result = _scan(FLOWS.read_bytes())
    found = {(one.message_frames[0], one.protocol, one.destination.host, one.delivery) for one in result.findings
             if one.identifier == "imei"}  # fmt: skip
    assert found >= {
        (0, "http", "collect.example", "accepted"),
        (1, "http", "collect.example", "refused"),
        (2, "http", "collect.example", "attempted"),
        (3, "websocket", "live.example", "sent"),
    }
    assert {row[0] for row in found} == set(range(7))
    assert {row[2] for row in found if row[1] in {"websocket", "mqtt", "datagram"}} == {
        "live.example", "broker.example", "beacon.example",
    }  # fmt: skip
    assert {one.source.ip for one in result.findings} == {"192.168.1.20"}
    assert [device.label for device in result.devices] == ["192.168.1.20"]
    assert not result.failed


def test_an_export_that_tells_no_client_has_an_unknown_device() -> None:
    result = _scan(har(entry(body=BODY)))
    assert {one.source.device for one in result.findings} == {"unknown device"}
    assert result.devices == []


def test_a_server_in_the_local_network_is_a_destination_and_no_device() -> None:
    result = _scan(har(entry("http://printer.example/", body=BODY, serverIPAddress="192.168.1.9")))
    assert {one.direction for one in result.findings} == {"sent"}
    assert {one.scope for one in result.findings} == {"local-network"}
    assert result.devices == []


def test_the_document_of_an_export_follows_the_schema() -> None:
    result = _scan(har(entry(body=BODY), entry(status=0, body=BODY, at=START + 10**9)))
    made = msgspec.json.decode(msgspec.json.encode(document(result)))
    jsonschema.validate(made, msgspec.json.decode(schemas()["scan"]))
    assert [one["delivery"] for one in made["findings"]] == ["accepted", "attempted"]
    assert made["captures"][0]["unit"] == "entry"


def test_entries_count_as_they_stand_in_the_file_read_or_not() -> None:
    bad = {"request": "none", "response": 7}
    result = _scan(har(bad, entry(body=BODY), entry("data:,x"), entry(body=BODY, at=START + 10**9)))
    assert [one.message_frames for one in result.findings if one.identifier == "imei"] == [(1, 1), (3, 3)]
    assert [(note.name, note.frame, note.count) for note in result.oddities] == [
        ("entry-off-the-network", 0, 2)
    ]
    assert result.captures[0].packets == 4


def test_alike_gaps_are_counted_once() -> None:
    left_out = [entry() for _ in range(9)]
    for row in left_out:
        row["request"]["bodySize"] = 10
    [gap] = _scan(har(*left_out)).gaps
    assert (gap.kind, gap.count, gap.length, gap.frame) == ("not-exported", 9, 90, 0)


def test_a_time_that_is_missing_is_that_of_the_entry_before() -> None:
    late = entry(body=BODY)
    late["startedDateTime"] = "soon"
    early = entry(at=START, status=0, body=BODY)
    result = _scan(har(early, late))
    assert {one.time_ns for one in result.findings} == {START}
    assert [(one.name, one.frame) for one in result.oddities] == [("time-missing", 1)]


def test_a_compressed_export_is_read(tmp_path: Path) -> None:
    path = _file(tmp_path, gzip.compress(har(entry(body=BODY))), "a.har.gz")
    result = vitne.scan(path, reveal=True)
    assert result.captures[0].compression == "gzip"
    assert [one.value for one in result.findings if one.identifier == "imei"] == [IMEI]


def test_logs_give_destinations_times_and_names(tmp_path: Path) -> None:
    _file(tmp_path, ZEEK, "conn.log")
    _file(tmp_path, ZEEK_DNS, "dns.log")
    result = vitne.scan(tmp_path, reveal=True)
    assert result.findings == []
    [row] = result.opaque
    assert (row.reason, row.bytes, row.destination.host, row.destination.host_source) == (
        "not-in-the-export", 4600, "collect.example", "dns",
    )  # fmt: skip
    assert {row.ip for row in result.transmissions} == {"198.51.100.20", "192.168.1.1"}


def test_a_finding_is_walked_back_to_its_entry(tmp_path: Path) -> None:
    path = _file(tmp_path, tnet(flow()) * 2)
    result = vitne.scan(path, reveal=True)
    for finding in result.findings:
        again = replay([path], finding, [])
        assert again.spelling.decode() == finding.spelling
        assert again.steps[0].codec == "http"


def test_the_number_of_processes_makes_no_difference() -> None:
    rows = [entry(body=json.dumps({"imei": IMEI, "n": n}), at=START + n * 10**9) for n in range(7)]
    one, three = (_scan(har(*rows), jobs=jobs) for jobs in (1, 3))
    assert one.findings == three.findings
    assert list(one.transmissions) == list(three.transmissions)


def test_a_batch_holds_whole_flows_and_rows_lead_back_to_entries() -> None:
    data = har(*[entry(body=BODY, at=START + n) for n in range(3)])
    form = format_of(data)
    assert form is not None
    reader = ExportReader(Unpacked(Buffer(np.frombuffer(data, np.uint8))), form, None, "-")
    walk = ExportWalk(reader)
    walk.index()
    batches = list(walk.batches(size=1, flows=np.array([True, False, True])))
    assert [batch.flow.tolist() for batch in batches] == [[0, 0], [2, 2]]
    for batch in batches:
        assert isinstance(batch, StreamBatch)
        assert batch.start.tolist() == [0, batch.end[0]]
        assert batch.end[-1] == len(batch.data)
        assert batch.run_offset.tolist() == [0, 0]
    rows = batches[1].run_row
    assert walk.frame_of(rows).tolist() == [2, 2]
    assert walk.place(rows)[0].frames == (2,)
    assert walk.packet_count == walk.flow_count == 3
    assert walk.flow_columns()["port"].tolist() == [[0, 80]] * 3
    assert list(walk.notes()) == []


def test_an_entry_that_holds_a_head_inside_a_header_stays_one_request() -> None:
    row = entry(body=BODY)
    row["request"]["headers"].append(
        {"name": "X-A", "value": "b\r\n\r\nGET /?imei=" + IMEI + " HTTP/1.1\r\n\r\n"}
    )
    result = _scan(har(row))
    assert {one.protocol for one in result.findings} == {"http"}
    assert len(result.transmissions) == 1


def test_a_registration_by_short_message_names_its_fields() -> None:
    result = _scan(SMS)
    assert {(one.identifier, one.value, one.field, one.grade, one.sender) for one in result.findings} == {
        ("device-model", "TA-0000", "a1/b1", "declared", "self-registration-sms"),
        ("meid", "A1000049999999", "a1/b2", "declared", "self-registration-sms"),
        ("imsi", "001010123456789", "a1/b3", "declared", "self-registration-sms"),
        ("software-version", "TA0000-1.0", "a1/b4", "declared", "self-registration-sms"),
    }
    assert {(one.transport, one.destination.host, one.scope, one.direction) for one in result.findings} == {
        ("sms", "10659401", "operator-core", "sent")
    }
    made = msgspec.json.decode(msgspec.json.encode(document(result)))
    jsonschema.validate(made, msgspec.json.decode(schemas()["scan"]))


def _many() -> bytes:
    rows = [entry(url=f"https://c{n % 3}.example/a?q={n}", at=START + n * 10**9) for n in range(12)]
    rows.append(entry(body=json.dumps({"imei": IMEI})))
    rows.append(entry(url=f"http://c.example/p?imei={IMEI}", status=0, at=START + 10**9))
    rows.append(entry(url="http://c.example/q", status=404, answer="no such thing"))
    return har(*rows)


def test_shortcuts_make_no_difference() -> None:
    quick, patient = _scan(_many()), _scan(_many(), shortcuts=False)
    assert len(quick.findings) == 2
    assert quick.findings == patient.findings
    told = [[msgspec.to_builtins(row) for row in result.transmissions] for result in (quick, patient)]
    assert told[0] == told[1]


def test_what_does_not_fit_the_spool_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _scan(_many())
    monkeypatch.setattr("vitne.pipeline.exported._MOST_SPOOLED", 300)
    assert _scan(_many()).findings == kept.findings
    monkeypatch.setattr("vitne.pipeline.exported._MOST_SPOOLED", -1)
    assert _scan(_many()).findings == kept.findings


def test_a_disk_without_room_costs_a_second_reading_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = _scan(_many())
    made: list[Any] = []

    class Small:
        """A file on a disk that takes so many bytes."""

        def __init__(self, **more: Any) -> None:
            self.file = tempfile.TemporaryFile(**more)  # noqa: SIM115  (lives as long as the scan)
            self.left = 500
            self.fileno, self.close = self.file.fileno, self.file.close
            made.append(self)

        def write(self, data: bytes) -> int:
            if not self.left:
                raise OSError(28, "no space left on device")
            taken = self.file.write(data[: self.left])
            self.left -= taken
            return taken

    monkeypatch.setattr("vitne.pipeline.exported.tempfile", SimpleNamespace(TemporaryFile=Small))
    assert _scan(_many()).findings == kept.findings
    assert [one.left for one in made] == [0]
