"""The whole way: what goes in as packets comes out as findings, whatever the packets look like."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import vitne
from tests.pipeline.talk import CLIENT, IMEI, OK, OTHER_HOST, PHONE, SERVER, TABLET, Talk, get, post, subject
from vitne.lab.wire import Host

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.model import Finding
    from vitne.pipeline import Result

RECORD = json.dumps({"event": "open", "imei": IMEI}).encode()


def scan(tmp_path: Path, talk: Talk, **more: object) -> Result:
    more.setdefault("subject", subject(tmp_path))
    return vitne.scan(talk.write(tmp_path / "talk.pcap"), reveal=True, **more)  # type: ignore[arg-type]


def imeis(result: Result) -> list[Finding]:
    return [finding for finding in result.findings if finding.identifier == "imei"]


def test_a_known_value_in_a_clear_request_is_observed_with_its_place_and_destination(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(RECORD))
    [found] = imeis(scan(tmp_path, talk))
    assert (found.grade, found.verified, found.direction, found.protection) == (
        "observed",
        True,
        "sent",
        "clear",
    )
    assert (found.seed, found.value, found.spelling, found.field) == ("imei#1", IMEI, IMEI, "imei")
    assert (found.destination.host, found.destination.host_source, found.destination.port) == (
        "collect.example",
        "http-host",
        80,
    )
    assert found.delivery == "accepted"
    assert [layer["codec"] for layer in found.layers] == ["http", "json"]
    stream = post(RECORD)
    assert stream[slice(*found.stream_range)] == IMEI.encode()
    assert found.frames == found.message_frames[:1] == (4,)


def test_the_display_filter_shows_the_bytes_in_tshark(tmp_path: Path) -> None:
    import shutil

    if shutil.which("tshark") is None:
        pytest.skip("tshark is not here")
    talk = Talk()
    talk.ask(post(RECORD))
    [found] = imeis(scan(tmp_path, talk))
    shown = subprocess.run(
        ["tshark", "-r", tmp_path / "talk.pcap", "-Y", found.filter, "-T", "fields", "-e", "tcp.payload"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert IMEI.encode().hex() in shown.stdout


@pytest.mark.parametrize(
    ("body", "codecs"),
    [
        (base64.encodebytes(RECORD), ["http", "base64", "json"]),
        (gzip.compress(RECORD, mtime=0), ["http", "gzip", "json"]),
        (RECORD.hex().encode(), ["http", "hex", "json"]),
        (b"d=" + base64.urlsafe_b64encode(gzip.compress(RECORD, mtime=0)).rstrip(b"="), ["http", "form", "base64", "gzip", "json"]),
        (json.dumps({"outer": RECORD.decode()}).encode(), ["http", "json", "json"]),
        (json.dumps({"h": hashlib.sha256(IMEI.encode()).hexdigest()}).encode(), ["http", "json", "hex", "sha256"]),
    ],
    ids=["base64 wrapped", "gzip", "hex", "form base64url gzip", "JSON in JSON", "sha256"],
)  # fmt: skip
def test_a_wrapped_value_is_derived_with_each_layer_named(
    tmp_path: Path, body: bytes, codecs: list[str]
) -> None:
    talk = Talk()
    talk.ask(post(body, kind="application/octet-stream"))
    [found] = imeis(scan(tmp_path, talk))
    assert found.verified
    assert found.grade == ("observed" if codecs == ["http", "json", "json"] else "derived")
    assert [layer["codec"] for layer in found.layers] == codecs


def test_a_value_split_over_packets_names_all_its_frames(tmp_path: Path) -> None:
    request = post(RECORD)
    middle = request.index(IMEI.encode()) + 7
    talk = Talk()
    talk.ask(request, cuts=(middle,))
    [found] = imeis(scan(tmp_path, talk))
    assert len(found.frames) == 2


def test_reordering_retransmission_and_mirroring_change_nothing(tmp_path: Path) -> None:
    request = post(RECORD * 60)
    talk = Talk()
    talk.tcp([(CLIENT, request), (SERVER, OK)], cuts=(300, 700, 1100))
    frames = talk.frames()
    plain = imeis(vitne.scan(talk.write(tmp_path / "plain.pcap"), subject=subject(tmp_path), reveal=True))
    swapped = list(frames)
    swapped[4], swapped[5] = (swapped[4][0], swapped[5][1]), (swapped[5][0], swapped[4][1])
    doubled = [timed for time, frame in frames for timed in ((time, frame), (time + 1000, frame))]
    for name, changed in (("swapped", swapped), ("doubled", doubled)):
        found = imeis(
            vitne.scan(talk.write(tmp_path / f"{name}.pcap", changed), subject=subject(tmp_path), reveal=True)
        )
        assert [one.stream_range for one in found] == [one.stream_range for one in plain], name
        assert all(one.verified for one in found)


def test_a_hole_is_never_silently_joined(tmp_path: Path) -> None:
    request = post(RECORD)
    middle = request.index(IMEI.encode()) + 7
    talk = Talk()
    talk.ask(request, cuts=(middle, middle + 3))
    frames = [timed for timed in talk.frames() if IMEI.encode()[7:10] + b"" != timed[1][-3:]]
    assert len(frames) < len(talk.frames())
    result = vitne.scan(talk.write(tmp_path / "hole.pcap", frames), subject=subject(tmp_path), reveal=True)
    assert not imeis(result)
    assert any(gap.kind == "missing-segment" and gap.length == 3 for gap in result.gaps)
    assert any(row.reason == "missing-segment" for row in result.opaque)


@pytest.mark.parametrize("keep", [CLIENT, SERVER], ids=["only what the phone sent", "only what it received"])
def test_one_direction_alone_is_read(tmp_path: Path, keep: int) -> None:
    talk = Talk()
    talk.ask(post(RECORD), b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + IMEI.encode())
    mac = b"\x00\x00\x5e\x00\x53\x01"
    frames = [timed for timed in talk.frames() if (timed[1][6:12] == mac) == (keep == CLIENT)]
    result = vitne.scan(talk.write(tmp_path / "one.pcap", frames), subject=subject(tmp_path), reveal=True)
    [found] = imeis(result)
    assert found.direction == ("sent" if keep == CLIENT else "received")
    assert found.delivery != "accepted"


def test_a_refusal_is_kept_with_its_answer(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(RECORD), b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    [found] = imeis(scan(tmp_path, talk))
    assert (found.delivery, found.answer) == ("refused", "HTTP 403")


def test_what_the_server_sends_is_received_and_not_a_candidate(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(get("/"), b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(RECORD) + RECORD)
    [found] = imeis(scan(tmp_path, talk))
    assert found.direction == "received"
    assert not imeis(scan(tmp_path, talk, subject=None))


def test_without_a_subject_file_a_keyed_number_with_its_check_digit_is_inferred(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(RECORD))
    [found] = imeis(scan(tmp_path, talk, subject=None))
    assert (found.grade, found.seed, found.field) == ("inferred", None, "imei")
    assert found.reasons
    assert IMEI not in " ".join(found.reasons)


@pytest.mark.parametrize("filler", ["000000000000000", "004999010640000", "111111111111111"])
def test_a_filler_is_no_identifier(tmp_path: Path, filler: str) -> None:
    talk = Talk()
    talk.ask(post(json.dumps({"imei": filler}).encode()))
    assert not imeis(scan(tmp_path, talk, subject=None))


def test_repeats_share_a_group_and_further_spellings_stand_in_also(tmp_path: Path) -> None:
    talk = Talk()
    for _ in range(3):
        talk.ask(
            post(json.dumps({"imei": IMEI, "copy": base64.b64encode(f"<{IMEI}>".encode()).decode()}).encode())
        )
    talk.ask(post(RECORD, host="other.example"), server=OTHER_HOST)
    found = imeis(scan(tmp_path, talk))
    assert len(found) == 4
    assert len({one.group for one in found}) == 2
    assert [len(one.also) for one in found] == [1, 1, 1, 0]
    assert len({one.id for one in found}) == 4


def test_ring_files_given_together_are_one_stream_in_any_order(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(RECORD * 40), cuts=(400, 800))
    frames = talk.frames()
    first = talk.write(tmp_path / "ring1.pcap", frames[:5])
    second = talk.write(tmp_path / "ring2.pcap", frames[5:])
    whole = imeis(vitne.scan(talk.write(tmp_path / "whole.pcap"), subject=subject(tmp_path), reveal=True))
    for paths in ([first, second], [second, first]):
        found = imeis(vitne.scan(paths, subject=subject(tmp_path), reveal=True))
        assert [one.stream_range for one in found] == [one.stream_range for one in whole]


def test_a_port_used_again_is_another_flow(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(RECORD), source=45000)
    talk.ask(post(RECORD, host="second.example"), source=45000)
    found = imeis(scan(tmp_path, talk))
    assert len({one.flow for one in found}) == 2
    assert {one.destination.host for one in found} == {"collect.example", "second.example"}


def test_both_readings_of_a_framing_conflict_are_told(tmp_path: Path) -> None:
    body = b"5\r\nhello\r\n0\r\n\r\n"
    talk = Talk()
    talk.ask(
        b"POST / HTTP/1.1\r\nHost: collect.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
        + body
    )
    result = scan(tmp_path, talk)
    assert "http-framing-conflict" in {odd.name for odd in result.oddities}


def test_a_media_type_that_claims_encryption_over_readable_bytes_is_an_oddity(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(base64.encodebytes(RECORD), kind="application/encrypted-json"))
    result = scan(tmp_path, talk)
    assert "content-type-claims-encryption" in {odd.name for odd in result.oddities}
    assert imeis(result)


def test_an_unknown_protocol_is_searched_all_the_same(tmp_path: Path) -> None:
    talk = Talk()
    talk.tcp([(CLIENT, b"\x01\x02HELO" + IMEI.encode() + b"\xff\xfe"), (SERVER, b"\x00")], port=4711)
    talk.udp(b"\x09\x08" + IMEI.encode() + b"\x00")
    found = imeis(scan(tmp_path, talk))
    assert [one.transport for one in found] == ["tcp", "udp"]
    assert all(one.grade == "observed" and one.verified for one in found)


def test_limiting_to_a_device_searches_and_shows_nothing_of_the_others(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(RECORD))
    talk.ask(post(RECORD, host="tablet.example"), phone=TABLET)
    for word in (TABLET.ip, TABLET.mac, TABLET.mac.upper()):
        result = scan(tmp_path, talk, device=word)
        assert {one.destination.host for one in imeis(result)} == {"tablet.example"}
        everything = (
            str(result.findings) + str(result.transmissions) + str(result.opaque) + str(result.devices)
        )
        assert "collect.example" not in everything
        assert PHONE.ip not in everything
        assert (result.counts["flows"], result.counts["flows_searched"]) == (2, 1)


def test_ids_come_from_the_place_and_never_from_the_value(tmp_path: Path) -> None:
    ids = []
    for value in (IMEI, "004402990000014"):
        talk = Talk()
        talk.ask(post(json.dumps({"imei": value}).encode()))
        path = talk.write(tmp_path / f"{value}.pcap")
        [found] = imeis(vitne.scan(path, subject=None))
        ids.append((found.id, found.value))
    assert ids[0][1] == ids[1][1] == "imei#1"


def test_the_same_capture_gives_the_same_result_twice(tmp_path: Path) -> None:
    import msgspec

    talk = Talk()
    for _ in range(3):
        talk.ask(post(RECORD))
    one, two = (msgspec.json.encode(msgspec.to_builtins(scan(tmp_path, talk).findings)) for _ in range(2))
    assert one == two


def test_a_fault_in_one_flow_loses_that_flow_alone_and_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vitne.pipeline.messagework import MessageWork

    real = MessageWork.unwrap

    def faulty(work: MessageWork, *given: Any) -> Any:
        if work.host[0] == "broken.example":
            raise RuntimeError("made by the test")
        return real(work, *given)

    monkeypatch.setattr(MessageWork, "unwrap", faulty)
    talk = Talk()
    talk.ask(post(RECORD, host="broken.example"))
    talk.ask(post(RECORD))
    result = scan(tmp_path, talk)
    assert result.failed
    assert [gap.kind for gap in result.gaps if gap.kind == "internal"] == ["internal"]
    assert {one.destination.host for one in imeis(result)} == {"collect.example"}


def test_the_own_link_address_in_a_payload_is_known_without_a_subject_file(tmp_path: Path) -> None:
    phone = Host(
        "02:5e:a7:53:c1:9b", "192.168.1.20"
    )  # locally administered; a rich one, as chance is reckoned in
    talk = Talk()
    talk.ask(
        post(
            b"\x01\x07" + bytes.fromhex(phone.mac.replace(":", "")) + b"\x00\x10",
            kind="application/octet-stream",
        ),
        phone=phone,
    )
    talk.ask(get(f"/r?model=X_{phone.mac.replace(':', '').upper()}"), phone=phone)
    found = [one for one in scan(tmp_path, talk, subject=None).findings if one.identifier == "mac-address"]
    assert len(found) == 2
    assert all("link address" in one.reasons[0] for one in found)
    assert all(one.seed is None for one in found)


def test_the_same_capture_under_two_names_is_read_once(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(RECORD))
    one = talk.write(tmp_path / "one.pcap")
    two = talk.write(tmp_path / "two.pcap")
    result = vitne.scan([two, one], subject=subject(tmp_path), reveal=True)
    assert len(imeis(result)) == 1
    assert "same-capture-twice" in {odd.name for odd in result.oddities}
    assert [capture.name for capture in result.captures] == ["one.pcap"]


def test_very_many_spellings_in_one_message_end_in_time_and_are_told(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(b" ".join([IMEI.encode()] * 20_000), kind="text/plain"))
    result = scan(tmp_path, talk)
    [found] = imeis(result)
    assert len(found.also) == 99
    assert sum(gap.count for gap in result.gaps if "more spellings" in gap.why) >= 19_900
