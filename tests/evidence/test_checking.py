"""Twin of vitne.evidence.checking: one changed byte of any file is found and located."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.evidence.clock import authority

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


def test_a_changed_byte_of_the_signed_parts_is_located_to_the_byte(copy) -> None:
    for name in ("vitne-manifest.dsse.json", "signature.bin", "signed-bytes.bin", "vitne-manifest.json"):
        path = copy / name
        whole = path.read_bytes()
        for at in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
            assert at in {c.start for c in failed(copy) if c.where == name}, (name, at)
        path.write_bytes(whole)


def test_a_changed_byte_of_a_tag_manifest_is_located_to_the_byte(copy) -> None:
    for name in ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt"):
        path = copy / name
        whole = path.read_bytes()
        for at, value in ((3, whole[3] ^ 1), (3, 0xFF), (len(whole) - 1, 0x20)):
            path.write_bytes(whole[:at] + bytes([value]) + whole[at + 1 :])
            assert at in {c.start for c in failed(copy) if c.where == name}, (name, at, value)
        path.write_bytes(whole)


def test_a_file_that_cannot_be_read_is_named(copy, monkeypatch) -> None:
    """Another's bag, or a failing disk: the rest is checked all the same."""
    opened = Path.open

    def refuses(self, *arguments, **more):
        if self.name in {"press.html", "ledger.jsonl", "bag-info.txt", "signature.bin"}:
            raise PermissionError(13, "Permission denied")
        return opened(self, *arguments, **more)

    monkeypatch.setattr(Path, "open", refuses)
    told = {c.where: c.why for c in failed(copy)}
    for name in ("data/reports/press.html", "data/case/ledger.jsonl", "bag-info.txt", "signature.bin"):
        assert "cannot be read: Permission denied" in told[name]


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


@pytest.fixture(scope="module")
def everything(demonstration, tmp_path_factory):
    """Seal a bag that holds a file of every kind there is, timestamps of an authority of our own included."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no bag with timestamps was made")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from vitne.evidence import sealing, timestamps

    folder = tmp_path_factory.mktemp("everything")
    stamp = authority(folder)
    case = Path(shutil.copytree(demonstration / "case", folder / "case"))
    for name in ("triggers.json", "triggers-asked.json", "lookups.json"):
        (case / name).write_text('{"a": 1}\n')
    for name in ("keys.log", "apps.csv", "events.log"):
        (folder / name).write_text("some lines\n" * 600)
    contents = sealing.Contents(
        case=case,
        originals=[
            ("phone-hour.pcapng", demonstration / "phone-hour.pcapng"),
            ("a.har", b'{"log": {}}' * 900),
        ],
        keys=[folder / "keys.log"],
        apps=[folder / "apps.csv"],
        events=[folder / "events.log"],
        written={
            sealing.FINDINGS: b"{}" * 9,
            sealing.VALUES: b"age" * 90,
            "data/reports/owner.html": b"<p>" * 99,
        },
        facts={"retain_until": "2027-01-01"},
    )
    bag = folder / "bag"
    sealing.seal(
        bag, contents, Ed25519PrivateKey.generate(), time="2026-11-22T00:00:00Z",
        stamp=lambda signed: {"1.tsr": stamp(timestamps.request(signed))},
    )  # fmt: skip
    return bag, (folder / "root.pem").read_bytes()


def test_one_changed_byte_of_every_file_of_a_full_bag_is_found_and_located(everything) -> None:
    bag, roots = everything
    assert not [check for check in check_bag(bag, roots=roots)[1] if check.state == "failed"]
    names = sorted(str(p.relative_to(bag)) for p in bag.rglob("*") if p.is_file())
    kinds = {name.split("/")[1] for name in names if name.startswith("data/")} | {"timestamps"}
    assert kinds == {
        "case",
        "original",
        "keys",
        "apps",
        "events",
        "values",
        "reports",
        "findings.json",
        "timestamps",
    }
    for name in names:
        path = bag / name
        whole = path.read_bytes()
        at = len(whole) * 2 // 3
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        told = [check for check in check_bag(bag, roots=roots)[1] if check.state == "failed"]
        path.write_bytes(whole)
        own = [check for check in told if check.where.partition(":")[0] == name]
        assert own, name
        if name.startswith("data/"):
            assert any(c.start is not None and c.start <= at < (c.end or 0) for c in own), name


def test_a_file_that_is_taken_out_put_in_or_cut_is_named(everything) -> None:
    bag, roots = everything
    for name in ("data/events/1/events.log", "timestamps/1.tsr", "data/keys/1.txt"):
        path = bag / name
        whole = path.read_bytes()
        for content in (None, whole[:-1], whole + b"x"):
            path.unlink() if content is None else path.write_bytes(content)
            told = [check for check in check_bag(bag, roots=roots)[1] if check.state == "failed"]
            path.write_bytes(whole)
            assert name in {check.where for check in told}, (name, content is None)
    for name in ("data/events/2/more.log", "timestamps/2.tsr", "more.txt"):
        path = bag / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        told = [check for check in check_bag(bag, roots=roots)[1] if check.state == "failed"]
        path.unlink()
        assert name in {check.where for check in told}, name
