"""Quick search finds known values as they stand, and says that it did no more."""

from __future__ import annotations

import base64
import gzip
import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.pipeline.talk import IMEI, IMEI_TOML, OK, Talk, get, post
from vitne.identify.subject import read_subject
from vitne.lab.wire import CLIENT, SERVER
from vitne.model import Secrets, Subject, UsageError
from vitne.model.secrets import Key
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.model import Finding
    from vitne.pipeline import Result

NAME = '\n[[known]]\nidentifier = "person-name"\nvalue = "Zaphod Beeblebrox"\n'
PLACE = '\n[[known]]\nidentifier = "location"\nlatitude = 59.913869\nlongitude = 10.752245\nradius_m = 200\n'
NOISE = bytes(byte for byte in Random(3).randbytes(400_000) if byte not in b"0123456789")


def subject(tmp_path: Path, text: str = IMEI_TOML) -> Subject:
    place = tmp_path / "subject.toml"
    place.write_text(text)
    place.chmod(0o600)
    return read_subject(place)[0]


def quickly(tmp_path: Path, talk: Talk, known: str = IMEI_TOML, **more: Any) -> Result:
    path = talk.write(tmp_path / "c.pcap")
    return run_scan([path], Options(subject=subject(tmp_path, known), quick=True, **more))


def places(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return sorted((one.frames, one.identifier, one.value, one.destination.host) for one in findings)


def test_a_value_in_a_plain_request_is_found_where_the_whole_scan_finds_it(tmp_path: Path):
    talk = Talk()
    talk.ask(get("/innocent?a=1"))
    talk.ask(
        get(f"/?imei={IMEI}") + post(f'{{"id":"{IMEI}"}}'.encode(), host="other.example"), answer=OK + OK
    )
    result = quickly(tmp_path, talk)
    whole = run_scan([tmp_path / "c.pcap"], Options(subject=subject(tmp_path)))
    known = [one for one in whole.findings if one.seed]
    assert places(result.findings) == places(known)
    assert [one.message_frames for one in result.findings] == [one.message_frames for one in known]
    assert {one.destination.host for one in result.findings} == {"collect.example", "other.example"}
    assert all(one.verified and one.delivery == "accepted" for one in result.findings)


def test_a_value_that_ends_where_the_next_request_begins_is_found(tmp_path: Path):
    talk = Talk()
    body = b"event=open&id=Zaphod%20Beeblebrox"
    first, second = post(body, kind="application/x-www-form-urlencoded"), get("/next")
    talk.tcp([(CLIENT, first + second), (SERVER, OK + OK)])
    [finding] = quickly(tmp_path, talk, NAME).findings
    assert finding.identifier == "person-name"


@pytest.mark.parametrize(
    "spelled",
    [IMEI.encode(), base64.b64encode(IMEI.encode()), IMEI.encode().hex().encode(), IMEI.encode("utf-16-le")],
    ids=["plain", "base64", "hex", "utf-16"],
)
def test_spellings_in_unknown_streams_and_datagrams_are_found(tmp_path: Path, spelled: bytes):
    talk = Talk()
    talk.udp(b"\x07\x01" + spelled + b"\x00\xff")
    talk.tcp([(CLIENT, NOISE[:200_000] + b"|" + spelled + b"|" + NOISE[:90_000])], port=4444)
    found = quickly(tmp_path, talk).findings
    assert sorted(one.transport for one in found) == ["tcp", "udp"]
    assert {one.value for one in found} == {IMEI}


def test_a_place_in_degrees_is_found(tmp_path: Path):
    talk = Talk()
    talk.ask(get("/weather?lat=59.9138&lon=10.7522"))
    [finding] = quickly(tmp_path, talk, PLACE).findings
    assert finding.identifier == "location"


def test_what_is_wrapped_is_left_out_and_that_is_said(tmp_path: Path):
    talk = Talk()
    talk.ask(
        post(gzip.compress(json.dumps({"imei": IMEI}).encode(), mtime=0), more="Content-Encoding: gzip\r\n")
    )
    result = quickly(tmp_path, talk)
    assert result.findings == []
    [gap] = [one for one in result.gaps if one.kind == "not-unwrapped"]
    assert "of 1 flows" in gap.why
    assert gap.length == _payload(talk)


def _payload(talk: Talk) -> int:
    """Sum the payload of all TCP segments: bytes behind Ethernet, IPv4 and TCP headers by their own lengths."""
    total = 0
    for _, frame in talk.frames():
        header = (frame[14] & 15) * 4
        total += int.from_bytes(frame[16:18]) - header - (frame[14 + header + 12] >> 4) * 4
    return total


def test_a_value_over_the_border_of_two_batches_is_found(tmp_path: Path):
    talk = Talk()
    talk.tcp([(CLIENT, NOISE[:50_000] * 170 + b"|" + IMEI.encode() + b"|" + NOISE[:9000])], port=4444)
    (finding,) = quickly(tmp_path, talk).findings
    assert finding.value == IMEI


def test_a_long_flow_is_searched_like_a_short_one(tmp_path: Path):
    talk = Talk()
    body = b"event=open&id=Zaphod%20Beeblebrox&x=1"
    bulk = post(b"." * (9 << 20), kind="text/plain")
    asked = (
        bulk + post(body, kind="application/x-www-form-urlencoded") + get("/weather?lat=59.9138&lon=10.7522")
    )
    talk.tcp([(CLIENT, asked), (SERVER, OK * 3)])
    found = quickly(tmp_path, talk, NAME + PLACE).findings
    assert sorted(one.identifier for one in found) == ["location", "person-name"]


def test_a_value_all_over_a_stream_is_found_at_each_of_its_places(tmp_path: Path):
    talk = Talk()
    talk.tcp(
        [(CLIENT, b"".join(NOISE[at : at + 2000] + b"|" + IMEI.encode() + b"|" for at in range(1500)))],
        port=4444,
    )
    result = quickly(tmp_path, talk)
    assert len(result.findings) == 1500


def test_any_number_of_workers_gives_the_same(tmp_path: Path):
    talk = Talk()
    for number in range(40):
        talk.ask(get(f"/{number}?imei={IMEI if number % 3 else number}"))
    one, three = (quickly(tmp_path, talk, jobs=jobs) for jobs in (1, 3))
    assert one.findings == three.findings
    assert one.gaps == three.gaps
    assert len(one.findings) == 26


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"subject": Subject()}, "values to look for"),
        ({"secrets": Secrets(keys=(Key(name="k", data=b"0123456789abcdef"),))}, "opens nothing"),
        ({"keys": ("keys.log",)}, ""),
    ],
)
def test_what_quick_search_cannot_do_is_refused(tmp_path: Path, options: dict[str, Any], word: str):
    (tmp_path / "keys.log").write_text("")
    path = _some(tmp_path)
    asked = {"subject": subject(tmp_path), **options}
    if "keys" in asked:
        asked["keys"] = (tmp_path / "keys.log",)
    with pytest.raises(UsageError) as refused:
        run_scan([path], Options(quick=True, **asked))
    assert word in refused.value.what


def _some(tmp_path: Path) -> Path:
    talk = Talk()
    talk.ask(get("/"))
    return talk.write(tmp_path / "some.pcap")
