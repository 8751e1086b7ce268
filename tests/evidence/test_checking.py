"""Twin of vitne.evidence.checking: one changed byte of any file is found and located."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from vitne.evidence.checking import check_bag, root_digest
from vitne.model import Malformed

KINDS = [
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha512.txt",
    "vitne-manifest.json",
    "vitne-manifest.dsse.json",
    "public-key.pem",
    "signature.bin",
    "signed-bytes.bin",
    "data/findings.json",
    "data/original/1/phone-hour.pcapng",
    "data/case/manifest.json",
    "data/case/run.json",
    "data/case/ledger.jsonl",
    "data/case/findings.jsonl",
    "data/case/findings.parquet",
    "data/case/report/index.html",
    "data/reports/owner.html",
]


def failed(bag: Path):
    return [check for check in check_bag(bag)[1] if check.state == "failed"]


@pytest.fixture
def copy(bag, tmp_path):
    return Path(shutil.copytree(bag, tmp_path / "bag"))


def test_an_untouched_bag_holds(bag) -> None:
    assert failed(bag) == []
    assert len(root_digest(bag)) == 64


def test_the_list_of_kinds_is_complete(bag) -> None:
    names = {str(p.relative_to(bag)) for p in bag.rglob("*") if p.is_file()}
    alike = {n for n in names if n.startswith("data/case/") and n.endswith((".jsonl", ".parquet"))} | {
        n for n in names if n.startswith("data/reports/")
    }
    assert names - alike <= set(KINDS)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("where", [0.0, 0.5, 0.99])
def test_one_changed_byte_is_found_and_located(copy, name, where) -> None:
    path = copy / name
    data = bytearray(path.read_bytes())
    at = min(int(len(data) * where), len(data) - 1)
    data[at] ^= 0x01
    path.write_bytes(data)
    found = failed(copy)
    told = [
        check
        for check in found
        if check.where.partition(":")[0] in {name, "vitne-manifest.dsse.json"} or name in check.why
    ]
    assert told, [(c.where, c.why) for c in found]
    ranges = [(c.start, c.end) for c in found if c.where == name and c.start is not None]
    assert all(start <= at < end for start, end in ranges), (at, ranges)


def test_a_changed_stretch_of_the_capture_is_located_to_some_kilobytes(copy) -> None:
    path = copy / "data/original/1/phone-hour.pcapng"
    data = bytearray(path.read_bytes())
    data[200_000] ^= 0xFF
    path.write_bytes(data)
    [check] = [c for c in failed(copy) if c.where == "data/original/1/phone-hour.pcapng"]
    assert check.start <= 200_000 < check.end
    assert check.end - check.start <= 4096


def test_missing_and_foreign_files_are_found(copy) -> None:
    (copy / "data/case/gaps.jsonl").unlink()
    (copy / "data/extra.txt").write_bytes(b"x")
    (copy / "fetch.txt").write_bytes(b"http://192.0.2.1/x 1 data/y\n")
    (copy / "data/link").symlink_to("/etc/passwd")
    assert {"data/case/gaps.jsonl", "data/extra.txt", "fetch.txt", "data/link"} <= {
        c.where for c in failed(copy)
    }


def test_a_bag_signed_by_another_is_told_from_the_one_that_was_asked_for(bag) -> None:
    _, checks = check_bag(bag, key="00" * 32)
    assert [c for c in checks if c.state == "failed" and "another key" in c.why]


def test_a_whole_bag_written_anew_by_somebody_has_another_key_and_digest(
    bag, demonstration, tmp_path
) -> None:
    from vitne.cli.main import main

    assert main(["seal", str(demonstration / "case"), str(tmp_path / "bag")]) == 0
    assert root_digest(tmp_path / "bag") != root_digest(bag)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"files":[]}', b'{"files":{"../x":1,"a":{"size":"x"}}}', b"\xff", b"[" * 100_000],
)
def test_a_hostile_manifest_fails_and_breaks_nothing(copy, content) -> None:
    (copy / "vitne-manifest.json").write_bytes(content)
    (copy / "vitne-manifest.dsse.json").write_bytes(json.dumps({"payload": ""}).encode())
    assert failed(copy)


def test_an_empty_folder_fails(tmp_path) -> None:
    assert failed(tmp_path)
    with pytest.raises(Malformed):
        root_digest(tmp_path)
