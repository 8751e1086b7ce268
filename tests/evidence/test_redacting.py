"""Twin of vitne.evidence.redacting: no original value is left, and the same is found but for the values."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import tomllib
import zlib

import pytest
from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne.evidence import rebuilding, redacting
from vitne.evidence.redacting import Known, difference, redact
from vitne.identify.subject import read_subject
from vitne.model import Salt, Secrets, StoreError
from vitne.pipeline import Options, run_scan

SECRET = b"0123456789abcdef0123"


@pytest.fixture(scope="module")
def demo(demonstration):
    known = read_subject(str(demonstration / "subject.toml"))[0]
    return redact([str(demonstration / "phone-hour.pcapng")], known, secret=SECRET, shift=True)


def test_the_same_is_found_but_for_the_values(demo) -> None:
    assert demo.same, demo.differ
    assert demo.left_out == {}


def test_no_known_value_is_in_the_bytes_in_clear_or_base64(demo, demonstration) -> None:
    known = tomllib.loads((demonstration / "subject.toml").read_text(encoding="utf-8"))["known"]
    for value in (str(e["value"]) for e in known if len(str(e.get("value", ""))) > 6):
        for form in (value, value.replace(":", ""), value.upper(), value.lower()):
            assert form.encode() not in demo.capture
            for shift in range(3):
                assert base64.b64encode(b"x" * shift + form.encode())[4:-4] not in demo.capture


def test_other_traffic_is_left_out_and_counted(demo) -> None:
    assert demo.counts["packets_kept"] + demo.counts["packets_left_out"] == 912
    assert demo.counts["flows_left_out"] > 0
    assert b"mail.post.example" not in demo.capture


def test_the_same_secret_gives_the_same_bytes_and_another_gives_others(demo, demonstration) -> None:
    known = read_subject(str(demonstration / "subject.toml"))[0]
    paths = [str(demonstration / "phone-hour.pcapng")]
    other = redact(paths, known, secret=b"another secret, long enough")
    assert other.capture != demo.capture
    assert {m["stand_in"] for m in other.mapping}.isdisjoint(m["stand_in"] for m in demo.mapping)


def scan(capture: bytes, tmp_path):
    (tmp_path / "r.pcapng").write_bytes(capture)
    run = subprocess.run(
        ["tshark", "-r", str(tmp_path / "r.pcapng"), "-o", "tcp.check_checksum:TRUE", "-Y",
         "tcp.checksum.status == 0 or _ws.malformed or tcp.analysis.ack_lost_segment", "-T", "fields", "-e", "frame.number"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return run.stdout.split()


@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_finds_nothing_broken(demo, tmp_path) -> None:
    assert scan(demo.capture, tmp_path) == []


def made(folder, body: bytes, *, headers: str = ""):
    talk = Talk()
    talk.ask(post(body) if not headers else post(body, headers=headers))
    return str(talk.write(folder / "a.pcap"))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"imei": IMEI}).encode(),
        json.dumps({"imei": IMEI, "again": f"x{IMEI}y {IMEI}"}).encode(),
        base64.b64encode(json.dumps({"imei": IMEI, "n": 7}).encode()),
        gzip.compress(json.dumps({"imei": IMEI, "text": "some words " * 30}).encode(), mtime=0),
        b"imei=" + IMEI.encode() + b"&x=1",
        json.dumps({"inner": json.dumps({"imei": IMEI})}).encode(),
    ],
    ids=["json", "repeated", "base64", "gzip", "form", "nested"],
)
def test_a_value_in_any_layer_is_replaced_and_found_again(tmp_path, body) -> None:
    known = read_subject(str(subject(tmp_path)))[0]
    result = redact([made(tmp_path, body)], known, secret=SECRET)
    assert result.same, result.differ
    assert result.counts["packets_kept"] > 0
    assert IMEI.encode() not in result.capture


def test_a_flow_in_which_one_would_stay_is_left_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(redacting.Editor, "message", lambda *_: [])
    monkeypatch.setattr(redacting.Rebuilt, "_as_http", lambda *_: None)
    monkeypatch.setattr(rebuilding, "between", lambda *_, **__: [])
    known = read_subject(str(subject(tmp_path)))[0]
    talk = Talk()
    talk.ask(post(json.dumps({"imei": IMEI}).encode()))
    talk.ask(post(b"nothing", host="quiet.example"))
    result = redact([str(talk.write(tmp_path / "a.pcap"))], known, secret=SECRET)
    assert result.files == {}
    assert result.left_out == {"an original value would stay in it": 1}
    assert result.same


def test_a_flow_whose_findings_would_come_out_otherwise_is_left_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(redacting.Pairs, "stand_in", lambda _self, _needle, place: b"x" * len(place))
    known = read_subject(str(subject(tmp_path)))[0]
    result = redact([made(tmp_path, json.dumps({"imei": IMEI}).encode())], known, secret=SECRET)
    assert result.left_out == {"its findings would come out otherwise": 1}
    assert result.same


def test_it_refuses_where_one_is_left_and_does_not_say_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(redacting.Editor, "message", lambda *_: [])
    monkeypatch.setattr(rebuilding, "between", lambda *_, **__: [])
    monkeypatch.setattr(redacting, "packet_at", lambda _data: lambda _place: -1)
    monkeypatch.setattr(redacting.Rebuilt, "flow_of", lambda *_: None)
    known = read_subject(str(subject(tmp_path)))[0]
    with pytest.raises(StoreError, match="would be left") as told:
        redact([made(tmp_path, json.dumps({"imei": IMEI}).encode())], known, secret=SECRET)
    assert IMEI not in str(told.value)


def test_what_two_lists_do_not_have_in_common_is_named(demonstration) -> None:
    from vitne.store import read_case

    findings = read_case(demonstration / "case").findings
    assert difference(findings, findings) == []
    assert difference(findings, findings[1:])[0].startswith("lost 1 ×")


def test_a_value_in_any_notation_layer_or_header_comes_out_as_before(tmp_path) -> None:
    """One capture with what used to be left out: notations of places, split values, salts, lengths."""
    file = tmp_path / "subject.toml"
    file.write_text(
        f'[[known]]\nidentifier = "imei"\nvalue = "{IMEI}"\n'
        '[[known]]\nidentifier = "location"\nlatitude = 59.913868\nlongitude = 10.752245\nradius_m = 100\n',
        encoding="utf-8",
    )
    known = read_subject(str(file))[0]
    half = len(IMEI) // 2
    salted = hashlib.md5(b"k1" + IMEI.encode(), usedforsecurity=False).hexdigest()
    talk = Talk()
    for body in (
        b'{"latE7":599138680,"lonE7":107522450}',
        b"at 59\xc2\xb054'49.92\"N 10\xc2\xb045'8.08\"E",
        b'{"lat":59.913868,"lon":10.752245}',
        b'{"lat":"59.913868","a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"lon":"10.752245"}',
        b'{"a":"' + IMEI[:half].encode() + b'","b":"' + IMEI[half:].encode() + b'"}',
        b'{"id":"' + salted.encode() + b'"}',
        b'{"imei":"' + base64.b64encode(hashlib.md5(IMEI.encode(), usedforsecurity=False).digest()) + b'"}',
        b"head\x00\x00\x00%c" % len(zlib.compress(IMEI.encode() * 3)) + zlib.compress(IMEI.encode() * 3),
    ):
        talk.ask(post(body))
    secrets = Secrets(salts=(Salt(name="s", data=b"k1"),))
    paths = [str(talk.write(tmp_path / "a.pcap"))]
    result = redact(paths, Known(subject=known, secrets=secrets), secret=SECRET)
    assert result.same, result.differ
    assert result.left_out == {}
    assert result.counts["flows_kept"] == len(
        {f.flow for f in run_scan(paths, Options(subject=known, secrets=secrets)).findings}
    )
    for text in (IMEI.encode(), b"599138680", b"59.913868", b"10.752245", salted.encode()):
        assert text not in result.capture
