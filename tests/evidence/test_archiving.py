"""Twin of vitne.evidence.archiving: exports stand in a redacted bag as exports again."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.exports.samples import tnet
from tests.pipeline.talk import IMEI, subject

from vitne.evidence.archiving import Short, messages, short
from vitne.evidence.edits import Unchangeable
from vitne.evidence.redacting import Redacted, redact
from vitne.exports.formats import sms
from vitne.identify.subject import read_subject
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"0123456789abcdef0123"


def _redacted(tmp_path: Path, name: str, content: bytes) -> Redacted:
    place = tmp_path / name
    place.write_bytes(content)
    return redact([str(place)], read_subject(str(subject(tmp_path)))[0], secret=SECRET)


def _entry(url: str, body: str = "", **more: Any) -> dict[str, Any]:
    asked = {"method": "POST" if body else "GET", "url": url, "httpVersion": "HTTP/2", "headers": [
        {"name": ":authority", "value": "x"}, {"name": "Content-Type", "value": "application/json"}]}  # fmt: skip
    if body:
        asked["postData"] = {"mimeType": "application/json", "text": body}
    told = {"status": 200, "headers": [{"name": "Set-Cookie", "value": "a=b"}], "content": {"text": "ok"}}
    return {"startedDateTime": "2019-02-03T06:15:42.000Z", "request": asked, "response": told, **more}


def test_an_archive_is_written_anew_and_found_in_alike(tmp_path: Path) -> None:
    inner = base64.b64encode(json.dumps({"imei": IMEI}).encode()).decode()
    entries = [
        _entry(f"https://{IMEI}.collector.example:8443/r?imei={IMEI}", json.dumps({"inner": inner})),
        _entry("http://quiet.example/nothing"),
        _entry(
            "wss://live.example/s",
            _webSocketMessages=[{"type": "send", "opcode": 1, "data": f"imei={IMEI}", "time": 1549174550.5}],
        ),
    ]
    log = {"log": {"version": "1.2", "comment": f"the phone with {IMEI}", "entries": entries}}
    made = _redacted(tmp_path, "a.har", json.dumps(log).encode())
    assert made.same, made.differ
    assert made.left_out == {}
    assert list(made.files) == ["redacted.har"]
    data = made.files["redacted.har"]
    assert IMEI.encode() not in data
    assert b"quiet.example" not in data
    assert b"the phone with" not in data
    (tmp_path / "r.har").write_bytes(data)
    found = run_scan([str(tmp_path / "r.har")], Options(subject=made.subject, jobs=1)).findings
    stand_in = made.mapping[0]["stand_in"]
    assert {f.destination.host for f in found} == {f"{stand_in}.collector.example", "live.example"}
    assert {f.destination.port for f in found} == {8443, 443}
    assert {f.protection for f in found} == {"decrypted"}
    assert stand_in.isdecimal()
    assert len(stand_in) == 15
    assert made.counts["entries_kept"] == 2


def _flow(kind: str, **more: Any) -> bytes:
    ends = {
        "client_conn": {"peername": ["192.0.2.10", 50000], "address": ["192.0.2.10", 50000]},
        "server_conn": {"peername": ["198.51.100.20", 9998], "address": ["198.51.100.20", 9998]},
    }
    return tnet({"version": 21, "type": kind, **ends, **more})


def test_flows_of_a_proxy_become_an_archive_and_plain_packets(tmp_path: Path) -> None:
    asked = {
        "method": b"POST", "scheme": b"https", "host": "collector.example", "port": 443, "path": b"/r",
        "http_version": b"HTTP/2.0", "headers": [[b"content-type", b"application/json"]],
        "content": json.dumps({"imei": IMEI}).encode(), "timestamp_start": 1549174542.0,
    }  # fmt: skip
    http = _flow("http", request=asked, response=None)
    lines = [[True, f"HELLO {IMEI}\n".encode(), 1549174543.0], [False, b"ok\n", 1549174544.0]]
    made = _redacted(tmp_path, "a.flows", http + _flow("tcp", messages=lines))
    assert made.same, made.differ
    assert sorted(made.files) == ["redacted.har", "redacted.pcapng"]
    assert made.told_anew == {"entries of an export": 1}
    assert not any(IMEI.encode() in data for data in made.files.values())


def test_short_messages_are_written_as_xml(tmp_path: Path) -> None:
    row = f'<sms address="10690" date="1549174542000" type="2" body="REG &lt;{IMEI}&gt;&#10;&quot;x&quot;" />'
    made = _redacted(tmp_path, "a.xml", f"<smses>{row}</smses>".encode())
    assert made.same, made.differ
    assert list(made.files) == ["redacted.xml"]
    assert IMEI.encode() not in made.files["redacted.xml"]


def test_a_short_message_comes_back_as_it_was() -> None:
    text = "a\r\n\t<b> & \"c\" 'd' é 🙂"
    made = messages([short(1_549_174_542_000_000_000, "+47", text.encode(), sent=True)], shift=10**9)
    [begin, end] = next(iter(sms.spans(made)))
    [back] = sms.read(made[begin:end])
    assert back.units[0].data.decode() == text
    assert back.units[0].time_ns == 1_549_174_543_000_000_000
    assert messages([Short(0, False, "1", "x")], shift=-5).count(b'date="0"') == 1


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\x00b"])
def test_a_message_that_xml_cannot_hold_is_refused(data: bytes) -> None:
    with pytest.raises(Unchangeable):
        short(0, "1", data, sent=True)


def test_bodies_and_fields_that_are_no_text_come_back_as_they_were(tmp_path: Path) -> None:
    body = base64.b64encode(b"\xff\x00\xfe" + IMEI.encode() + b"\x80").decode()
    entry = _entry("http://collector.example/b")
    entry["request"] |= {
        "method": "POST",
        "postData": {"mimeType": "application/octet-stream", "text": body, "encoding": "base64"},
    }
    made = _redacted(tmp_path, "a.har", json.dumps({"log": {"entries": [entry]}}).encode())
    assert made.same, made.differ
    told = json.loads(made.files["redacted.har"])["log"]["entries"][0]["request"]["postData"]
    data = base64.b64decode(told["text"])
    assert (data[:3], data[-1:], len(data)) == (b"\xff\x00\xfe", b"\x80", 19)
    assert IMEI.encode() not in data
