"""A hostile user and a hostile machine: the command ends with the right code, a clear word, and nothing lost."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.pipeline.talk import IMEI, PHONE, SERVER_HOST, Talk, get, post, subject
from vitne.lab.pcap import pcap

RECORD = json.dumps({"imei": IMEI}).encode()


def vitne(*words: object, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "vitne.cli", *(os.fsencode(str(word)) for word in words)],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **env},
        cwd=cwd,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    talk = Talk()
    talk.ask(post(RECORD))
    return talk.write(tmp_path / "talk.pcap")


def test_every_cut_of_a_capture_ends_in_an_error_or_a_gap(capture: Path) -> None:
    import vitne as api
    from vitne.model import CaptureError

    whole = capture.read_bytes()
    for length in range(130):
        capture.write_bytes(whole[:length])
        if length < 24:
            with pytest.raises(CaptureError) as told:
                api.scan(capture)
            assert told.value.next_step
            assert capture.name in told.value.where
        else:
            gaps = [gap.kind for gap in api.scan(capture).gaps]
            assert gaps == ([] if length in {24, 24 + 16 + 74} else ["truncated-file"])


def test_names_that_are_no_text_do_not_stop_a_scan(tmp_path: Path, capture: Path) -> None:
    odd = capture.rename(tmp_path / os.fsdecode(b"\xff\n\x1b[31m.pcap"))
    done = vitne("scan", odd, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["captures"][0]["name"].startswith("\\xff")
    case = tmp_path / os.fsdecode(b"case\xfe")
    assert vitne("scan", odd, "-q", "--case", case).returncode == 0
    shown = vitne("show", case)
    assert shown.returncode == 0
    assert b"\x1b[31m" not in shown.stdout
    missing = vitne("scan", odd, tmp_path / os.fsdecode(b"\xfd.pcap"), "--json")
    assert [gap["kind"] for gap in json.loads(missing.stdout)["gaps"]] == ["unreadable-input"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_output_without_the_characters_of_a_table_is_written_all_the_same(
    capture: Path, encoding: str
) -> None:
    done = vitne("scan", capture, "-v", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert b"collect.example" in done.stdout


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["table", "json"])
def test_a_full_output_is_told(capture: Path, words: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full on this system")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "vitne.cli", "scan", capture, *words],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert b"standard output: the output cannot be written" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("words", [[], ["--json"]], ids=["table", "json"])
def test_a_reader_that_goes_away_does_not_change_how_a_scan_ended(capture: Path, words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "vitne.cli", "scan", capture, "--fail-on", "inferred", *words]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (10, b"")


def test_a_closed_standard_input_is_told(capture: Path) -> None:
    command = f"exec '{sys.executable}' -m vitne.cli scan - <&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert done.returncode == 3
    assert b"standard input: it is closed" in done.stderr


@pytest.mark.parametrize("place", ["", "other", "other/file", "other/file/case"])
def test_a_place_that_takes_no_case_is_refused_before_the_reading(tmp_path: Path, place: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("kept", encoding="utf-8")
    done = vitne("scan", tmp_path / "not-read.pcap", "--case", tmp_path / place if place else "")
    assert b"not-read.pcap" not in done.stderr or place == "other/file/case"
    assert b"next:" in done.stderr
    assert (other / "file").read_text(encoding="utf-8") == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other"]


def test_findings_are_shown_where_their_case_could_not_be_written(capture: Path, tmp_path: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [sys.executable, "-m", "vitne.cli", "scan", capture, "--case", tmp_path / "case"]
    done = subprocess.run(command, capture_output=True, preexec_fn=small, check=False)
    assert done.returncode == 1
    assert b"collect.example" in done.stdout
    assert b"Case:" not in done.stdout
    assert b"Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [capture.name]


@pytest.mark.parametrize("delay", [0.0, 0.4, 0.8, 1.6])
def test_a_stop_leaves_a_whole_case_that_says_it_is_partial_or_none(tmp_path: Path, delay: float) -> None:
    talk = Talk()
    for number in range(400):
        talk.ask(post(b'{"imei":"%s","pad":"%s"}' % (IMEI.encode(), b"ab c" * 1500)), source=20000 + number)
    path = talk.write(tmp_path / "long.pcap")
    case = tmp_path / "case"
    with path.open("rb") as stream:
        run = subprocess.Popen(
            [sys.executable, "-m", "vitne.cli", "scan", "-", "-q", "--case", case],
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        time.sleep(0.3 + delay)
        run.send_signal(signal.SIGINT)
        _, told = run.communicate(timeout=60)
    left = {entry.name for entry in tmp_path.iterdir()} - {path.name}
    if run.returncode in {130, 0} and case.exists():
        manifest = json.loads((case / "manifest.json").read_bytes())
        assert manifest["partial"] == (run.returncode == 130)
        assert left == {"case"}
    else:
        assert not left
        assert run.returncode in {130, -signal.SIGINT}, told  # the latter: before the program began


def test_the_same_capture_gives_the_same_bytes_whatever_surrounds_the_run(tmp_path: Path) -> None:
    talk = Talk()
    for number in range(6):
        talk.ask(post(RECORD), source=41000 + number)
    frames = talk.frames()
    paths = [talk.write(tmp_path / "a.pcap", frames[:25]), talk.write(tmp_path / "b.pcap", frames[25:])]
    known = subject(tmp_path)
    folders = []
    surroundings = (("0", "C", "UTC"), ("7", "tr_TR.UTF-8", "Asia/Kathmandu"))
    for seed, locale, zone in surroundings:
        case = tmp_path / f"case-{seed}"
        given = paths if seed == "0" else paths[::-1]
        done = vitne("scan", *given, "--subject", known, "-q", "--case", case,
                     cwd=tmp_path, PYTHONHASHSEED=seed, LC_ALL=locale, TZ=zone)  # fmt: skip
        assert done.returncode == 0
        files = {path.relative_to(case).as_posix(): path for path in case.rglob("*") if path.is_file()}
        runs = {"run.json", "ledger.jsonl"}  # what differs from run to run
        folders.append({name: path.read_bytes() for name, path in files.items() if name not in runs})
    assert folders[0] == folders[1]


def test_a_device_that_dhcp_named_is_scanned_alone(tmp_path: Path) -> None:
    talk = Talk()
    name = b"nesbyen-phone"
    chaddr = bytes.fromhex(PHONE.mac.replace(":", ""))
    head = b"\x01\x01\x06\x00" + bytes(8) + bytes([192, 168, 1, 20]) + bytes(12) + chaddr + bytes(10 + 192)
    options = b"\x63\x82\x53\x63\x35\x01\x03\x0c" + bytes([len(name)]) + name + b"\xff"
    talk.udp(head + options, source=68, port=67)
    talk.ask(post(RECORD))
    from tests.pipeline.talk import TABLET

    talk.ask(post(b'{"imei":"004402990000014"}', host="tablet.example"), phone=TABLET)
    path = talk.write(tmp_path / "two.pcap")
    case = tmp_path / "case"
    done = vitne("scan", path, "--device", "nesbyen-phone", "-v", "--case", case)
    assert done.returncode == 0
    assert b"collect.example" in done.stdout
    everything = done.stdout + b"".join(each.read_bytes() for each in case.rglob("*") if each.is_file())
    for foreign in (b"tablet.example", TABLET.ip.encode() + b'"', TABLET.mac.encode(), b"004402990000014"):
        assert foreign not in everything, foreign


def test_no_value_of_the_subject_reaches_a_case_or_an_unrevealed_show(tmp_path: Path) -> None:
    import base64
    import re

    import pyarrow.parquet as pq

    known = subject(tmp_path)
    body = json.dumps(
        {IMEI: 1, "a": {IMEI: {"b": IMEI}}, "l": [IMEI], "e": base64.b64encode(IMEI.encode()).decode()}
    )
    talk = Talk()
    answer = f"HTTP/1.1 403 {IMEI}\r\nContent-Length: 0\r\n\r\n".encode()
    talk.ask(post(body.encode(), host=f"{IMEI}.collect.example", target=f"/{IMEI}/?{IMEI}={IMEI}"), answer)
    more = f"X-{IMEI}: {IMEI}\r\nCookie: {IMEI}={IMEI}\r\n"
    part = (
        f'--B\r\nContent-Disposition: form-data; name="{IMEI}"; filename="{IMEI}"\r\n\r\n{IMEI}\r\n--B--\r\n'
    )
    talk.ask(post(part.encode(), kind="multipart/form-data; boundary=B", more=more))
    talk.ask(get(f"/x?a%5B{IMEI}%5D={IMEI}"), server=SERVER_HOST)
    path = talk.write(tmp_path / "values.pcap")
    case = tmp_path / "case"
    assert vitne("scan", path, "--subject", known, "--reveal", "-q", "--case", case).returncode == 0
    texts = {each.name: each.read_bytes() for each in case.rglob("*") if each.is_file()}
    for each in case.rglob("*.parquet"):
        texts[each.name] += json.dumps(pq.read_table(each).to_pylist(), default=str).encode()
    listed = vitne("show", case).stdout
    texts["show"] = listed
    for found in sorted(set(re.findall(rb"F-[0-9a-f]{16}", listed)))[:6]:
        texts[found.decode()] = vitne("show", case, found.decode()).stdout
    raw = IMEI.encode()
    spellings = (raw, raw[::-1], base64.b64encode(raw).rstrip(b"="), raw.hex().encode())
    assert len(texts) > 8
    for name, text in texts.items():
        assert not [spelling for spelling in spellings if spelling in text], name


def test_zero_length_packets_and_many_interfaces_lose_nothing(tmp_path: Path) -> None:
    import vitne as api

    talk = Talk()
    talk.ask(post(RECORD))
    frames = talk.frames()
    path = tmp_path / "zero.pcap"
    path.write_bytes(pcap([(frames[0][0], b"")] * 1000 + frames))
    result = api.scan(path, subject=subject(tmp_path))
    assert [one.identifier for one in result.findings] == ["imei"]
    assert [(gap.kind, gap.count) for gap in result.gaps] == [("malformed", 1000)]
