from __future__ import annotations

import base64
import json
import shutil
import stat
import subprocess

import pytest

from vitne.lab import sender
from vitne.lab.demo import START_NS, capture, hour, local_time, make
from vitne.lab.phone import invent

RIGHT = [
    "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
    "-o", "tcp.reassemble_out_of_order:TRUE",
]  # fmt: skip


def tshark(*arguments) -> str:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    done = subprocess.run(["tshark", *map(str, arguments)], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_files_are_written_and_the_subject_file_is_for_its_owner_alone(tmp_path):
    files = make(tmp_path / "new" / "folder")
    assert files.capture.name == "phone-hour.pcapng"
    assert files.subject.name == "subject.toml"
    assert stat.S_IMODE(files.subject.stat().st_mode) == 0o600
    assert files.capture.read_bytes() == capture()


def test_making_it_again_gives_the_same_bytes_and_keeps_the_mode(tmp_path):
    first = make(tmp_path)
    first.subject.chmod(0o644)
    before = first.capture.read_bytes(), first.subject.read_bytes()
    again = make(tmp_path)
    assert (again.capture.read_bytes(), again.subject.read_bytes()) == before
    assert stat.S_IMODE(again.subject.stat().st_mode) == 0o600


def test_another_seed_tells_another_hour():
    assert hour(3) != hour(4)
    assert hour(3) == hour(3)


def test_the_frames_stand_in_the_order_of_time_within_the_hour():
    times = [time for time, _ in hour()]
    assert times == sorted(times)
    assert times[0] >= START_NS
    assert times[-1] < START_NS + 3720 * 10**9


@pytest.mark.tshark
@pytest.mark.parametrize("seed", [2019, 1, 77])
def test_tshark_has_no_complaint_about_form_or_checksums(tmp_path, seed):
    files = make(tmp_path, seed=seed)
    told = tshark(
        "-r",
        files.capture,
        *RIGHT,
        "-Y",
        "_ws.malformed || _ws.expert.severity == error",
        "-T",
        "fields",
        "-e",
        "frame.number",
    )
    assert told == ""
    bad = tshark(
        "-r",
        files.capture,
        *RIGHT,
        "-Y",
        'ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || udp.checksum.status == "Bad"',
    )
    assert bad == ""
    assert tshark("-r", files.capture, *RIGHT, "-Y", 'tcp.checksum.status == "Good"') != ""


@pytest.mark.tshark
def test_tshark_reads_eight_registrations_that_decode_to_the_phones_values(tmp_path):
    files = make(tmp_path)
    told = tshark(
        "-r", files.capture, *RIGHT, "-Y", 'http.request.method == "POST"', "-T", "fields",
        "-e", "frame.time_epoch", "-e", "http.host", "-e", "http.content_type", "-e", "http.file_data",
    )  # fmt: skip
    rows = [line.split("\t") for line in told.splitlines()]
    assert len(rows) == 8
    for time, host, kind, text in rows:
        assert (host, kind) == (sender.HOST, "application/encrypted-json")
        record = json.loads(base64.b64decode(text.replace("\\n", "")))
        said = record["REGDATE"]
        sent = int(float(time))
        assert said in {local_time((sent - early) * 10**9) for early in range(3)}
        assert record == sender.fields(invent(), said)


@pytest.mark.tshark
def test_tshark_sees_the_retransmission_and_the_segments_out_of_order(tmp_path):
    files = make(tmp_path)
    for kind in ("retransmission", "out_of_order"):
        seen = tshark(
            "-r",
            files.capture,
            "-Y",
            f"tcp.analysis.{kind} && tcp.dstport == 80",
            "-T",
            "fields",
            "-e",
            "frame.number",
        )
        assert len(seen.split()) == 1


@pytest.mark.tshark
def test_tshark_extracts_the_pages_and_reads_names(tmp_path):
    files = make(tmp_path)
    tshark("-r", files.capture, "-q", "--export-objects", f"http,{tmp_path / 'objects'}")
    picture = next((tmp_path / "objects").glob("toppsak.png*"))
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    names = tshark(
        "-r",
        files.capture,
        "-Y",
        "tls.handshake.type == 1",
        "-T",
        "fields",
        "-e",
        "tls.handshake.extensions_server_name",
    )
    assert {"mail.post.example", "push.market.example"} <= set(names.split())
    lent = tshark(
        "-r", files.capture, "-Y", "dhcp.option.hostname", "-T", "fields", "-e", "dhcp.option.hostname"
    )
    assert set(lent.split()) == {"Kari-sin-telefon"}


@pytest.mark.tshark
def test_the_capture_says_that_it_is_invented(tmp_path):
    files = make(tmp_path)
    if shutil.which("capinfos") is None:
        pytest.skip("capinfos is not installed")
    told = subprocess.run(["capinfos", str(files.capture)], capture_output=True, text=True, check=True).stdout
    assert "An invented hour of an invented phone (seed 2019)" in told
    assert "wlan0" in told
    assert "nanoseconds" in told
