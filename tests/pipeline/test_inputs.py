from __future__ import annotations

import hashlib
import json
import os
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

import vitne
from tests.pipeline.har import entry, har
from tests.pipeline.talk import IMEI, START, Talk, post
from vitne.intake import CaptureReader
from vitne.model import CaptureError, Gap, Oddity
from vitne.pipeline import inputs
from vitne.pipeline.exportreader import ExportReader
from vitne.pipeline.inputs import open_inputs, places_by_digest

if TYPE_CHECKING:
    from pathlib import Path

HAR = har(entry(body='{"imei": "' + IMEI + '"}'))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    talk = Talk()
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'"}', host="phone.example"))
    inner = tmp_path / "run" / "traffic"
    inner.mkdir(parents=True)
    talk.write(inner / "phone.pcap")
    (inner / "no-telling-name").write_bytes(HAR)
    (tmp_path / "run" / "notes.txt").write_text("hello world")
    (tmp_path / "run" / "empty").touch()
    return tmp_path / "run"


def _opened(*paths: Any, stdin: Any = None) -> inputs.Opened:
    return open_inputs(paths, stdin=stdin)


def test_an_input_is_what_its_first_bytes_say(folder: Path) -> None:
    opened = _opened(folder / "traffic" / "phone.pcap", folder / "traffic" / "no-telling-name")
    assert [type(reader) for reader in opened.readers] == [CaptureReader, ExportReader]
    assert opened.notes == []


def test_standard_input_may_be_either(folder: Path) -> None:
    [export] = _opened("-", stdin=BytesIO(HAR)).readers
    assert export.capture.name == export.capture.path == "-"
    [capture] = _opened("-", stdin=BytesIO((folder / "traffic" / "phone.pcap").read_bytes())).readers
    assert isinstance(capture, CaptureReader)


def test_a_folder_is_all_that_is_in_it(folder: Path) -> None:
    opened = _opened(folder)
    assert sorted(reader.capture.name for reader in opened.readers) == ["no-telling-name", "phone.pcap"]
    assert sorted(note.note for note in opened.notes if isinstance(note, Oddity)) == [
        "empty: this file is empty",
        "notes.txt: this looks like text, not like a capture",
    ]


def test_links_in_a_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.har"
    outside.write_bytes(har(entry("http://outside.example/")))
    (folder / "link.har").symlink_to(outside)
    opened = _opened(folder)
    assert len(opened.readers) == 2
    assert [note.name for note in opened.notes if isinstance(note, Oddity)].count("link-passed-over") == 1


def test_a_damaged_capture_in_a_folder_is_a_gap(folder: Path) -> None:
    (folder / "cut.pcap").write_bytes((folder / "traffic" / "phone.pcap").read_bytes()[:10])
    assert [note.kind for note in _opened(folder).notes if isinstance(note, Gap)] == ["unreadable-input"]


def test_a_folder_of_very_many_files_is_read_so_far(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MOST_FILES", 3)
    assert [note.kind for note in _opened(folder).notes if isinstance(note, Gap)] == ["limit"]


def test_a_folder_with_nothing_in_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="no capture and no export"):
        _opened(tmp_path)


def test_what_was_named_and_is_not_there_is_an_error() -> None:
    with pytest.raises(CaptureError, match="no such file"):
        _opened("nowhere.har")


@pytest.fixture
def archive(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "all"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                file.write(each, os.fspath(each.relative_to(folder)))
    return path


def test_a_folder_an_archive_and_the_files_give_the_same_findings(folder: Path, archive: Path) -> None:
    files = [folder / "traffic" / "no-telling-name", folder / "traffic" / "phone.pcap"]
    results = [
        vitne.scan(paths, reveal=True) for paths in (files, files[::-1], folder, archive, [folder, archive])
    ]
    assert len(results[0].findings) == 2
    assert all(result.findings == results[0].findings for result in results)


def test_a_member_is_opened_by_its_place_in_the_archive(archive: Path) -> None:
    places = places_by_digest([archive])
    place = places[hashlib.sha256(HAR).hexdigest()]
    assert place == f"{archive}!/traffic/no-telling-name"
    [reader] = _opened(place).readers
    assert reader.capture.name == "no-telling-name"
    with pytest.raises(CaptureError, match="no such member"):
        _opened(f"{archive}!/nothing")


def test_inputs_are_found_by_digest_wherever_they_lie(folder: Path) -> None:
    places = places_by_digest([folder, "nowhere"])
    assert places[hashlib.sha256(HAR).hexdigest()] == str(folder / "traffic" / "no-telling-name")


def test_the_same_export_twice_is_read_once(tmp_path: Path) -> None:
    for name in ("a.har", "b.har"):
        (tmp_path / name).write_bytes(HAR)
    result = vitne.scan(tmp_path, reveal=True)
    assert len(result.captures) == 1
    assert [note.name for note in result.oddities] == ["same-capture-twice"]


def test_two_exports_of_one_time_count_each_transmission_once(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_bytes(HAR)
    (tmp_path / "b.har").write_bytes(har(entry(body='{"imei": "' + IMEI + '"}', at=START + 10**9), _more=1))
    result = vitne.scan(tmp_path, reveal=True)
    assert [one.capture["name"] for one in result.findings] == ["a.har"]


@pytest.mark.parametrize("lead", [b"", b"# by a browser\n\n"])
def test_key_logs_in_a_folder_are_found_and_not_told_as_passed_over(folder: Path, lead: bytes) -> None:
    log = folder / "sslkeylog.txt"
    log.write_bytes(lead + b"CLIENT_RANDOM " + b"ab" * 32 + b" " + b"cd" * 48 + b"\n")
    assert inputs.key_logs([folder, folder / "traffic", "-", "nowhere"]) == [str(log)]
    assert not [
        note for note in _opened(folder).notes if isinstance(note, Oddity) and "sslkeylog" in note.note
    ]


def test_a_folder_of_an_experiment_is_one_scan_with_keys_calls_and_ciphers(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    from tests.apps import samples
    from tests.pipeline.talk import IMEI, Talk, post, subject
    from vitne.cli.main import main

    key, iv = bytes(range(16)), bytes(range(16, 32))
    padder, lock = padding.PKCS7(128).padder(), Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    closed = (
        lock.update(padder.update(b'{"imei":"%s"}' % IMEI.encode()) + padder.finalize()) + lock.finalize()
    )
    folder = tmp_path / "experiment"
    folder.mkdir()
    talk = Talk()
    talk.ask(post(iv + closed, kind="application/octet-stream"), source=40001)
    talk.write(folder / "traffic.pcap")
    rows = [{"type": "aes_info_log", "data": {"alg": "AES", "key": key.hex(), "iv": "", "in": "", "out": ""}}]
    (folder / "aes_info.json").write_text(json.dumps(rows))
    (folder / "socket_trace.json").write_bytes(samples.TRACE.replace(b'"dest_port": 443', b'"dest_port": 80'))
    (folder / "experiment.json").write_text('{"network": {"file": "traffic.pcap"}}')
    out = tmp_path / "case"
    assert main(["scan", str(folder), "--subject", str(subject(tmp_path)), "--case", str(out), "-q"]) == 0
    (found,) = [
        row
        for row in map(json.loads, (out / "findings.jsonl").read_text().splitlines())
        if row["identifier"] == "imei"
    ]
    assert found["app"]["package"] == "com.example.weather"
    assert found["verified"]
    odd = [json.loads(line)["note"] for line in (out / "oddities.jsonl").read_text().splitlines()]
    assert [note for note in odd if "aes_info" in note or "socket_trace" in note] == []
