"""Twin of vitne.evidence.sealing: the bag is complete, private, and other tools agree with it."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vitne.evidence.sealing import Contents, original_name, seal
from vitne.model import StoreError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def contents(folder, **more):
    case = folder / "case"
    case.mkdir(exist_ok=True)
    (case / "findings.jsonl").write_bytes(b"{}\n")
    return Contents(
        case=case,
        originals=[("a.pcap", b"raw")],
        keys=[],
        written={"data/findings.json": b"{}"},
        facts={"vitne": "1"},
        **more,
    )


def test_the_same_case_key_and_time_give_the_same_bag(tmp_path) -> None:
    made = [
        seal(tmp_path / name, contents(tmp_path), KEY, time="2026-01-01T00:00:00Z", stamp=lambda _: {})
        for name in ("one", "two")
    ]
    assert made[0].digest == made[1].digest
    names = sorted(p.relative_to(made[0].folder) for p in made[0].folder.rglob("*") if p.is_file())
    for name in names:
        assert (made[0].folder / name).read_bytes() == (made[1].folder / name).read_bytes()


def test_the_digest_to_write_down_is_that_of_the_manifest_which_names_every_file(tmp_path) -> None:
    made = seal(
        tmp_path / "bag",
        contents(tmp_path),
        KEY,
        time="2026-01-01T00:00:00Z",
        stamp=lambda _: {"1.tsr": b"r"},
    )
    data = (made.folder / "vitne-manifest.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == made.digest
    assert "data/original/1/a.pcap" in json.loads(data)["files"]
    assert (made.folder / "timestamps" / "1.tsr").read_bytes() == b"r"


def test_the_bag_is_the_owners_alone_and_never_replaces_anything(tmp_path) -> None:
    made = seal(tmp_path / "bag", contents(tmp_path), KEY, time="2026-01-01T00:00:00Z", stamp=lambda _: {})
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    with pytest.raises(StoreError, match="something at the place"):
        seal(tmp_path / "bag", contents(tmp_path), KEY, time="2026-01-01T00:00:00Z", stamp=lambda _: {})


def test_a_failure_leaves_nothing_behind(tmp_path) -> None:
    def refuse(_signed: bytes) -> dict[str, bytes]:
        raise StoreError("no answer")

    with pytest.raises(StoreError):
        seal(tmp_path / "bag", contents(tmp_path), KEY, time="2026-01-01T00:00:00Z", stamp=refuse)
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_a_link_in_the_case_is_refused(tmp_path) -> None:
    given = contents(tmp_path)
    (given.case / "link").symlink_to("findings.jsonl")
    with pytest.raises(StoreError, match="no plain file"):
        seal(tmp_path / "bag", given, KEY, time="2026-01-01T00:00:00Z", stamp=lambda _: {})


@pytest.mark.parametrize("name", ["../x", "-rf", "a\nb", "a/b", "", ".", "x" * 200, "\u202egnp.exe", "a "])
def test_a_name_that_could_do_harm_is_left_out(name) -> None:
    assert original_name(0, name) == "data/original/1/capture"


def test_a_plain_name_is_kept() -> None:
    assert original_name(1, "phone hour.pcapng") == "data/original/2/phone hour.pcapng"


def test_standard_tools_check_the_outer_parts(bag) -> None:
    for tool in ("sha256sum", "openssl"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    commands = [
        ["sha256sum", "--quiet", "-c", "manifest-sha256.txt"],
        ["sha512sum", "--quiet", "-c", "tagmanifest-sha512.txt"],
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public-key.pem", "-rawin", "-in", "signed-bytes.bin",
         "-sigfile", "signature.bin"],
    ]  # fmt: skip
    for command in commands:
        run = subprocess.run(command, cwd=bag, capture_output=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr


def test_bagit_py_finds_the_bag_valid(bag) -> None:
    bagit = pytest.importorskip("bagit")
    run = subprocess.run(
        [sys.executable, bagit.__file__, "--validate", str(bag)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_the_signed_bytes_end_in_the_manifest(bag) -> None:
    assert (bag / "signed-bytes.bin").read_bytes().endswith((bag / "vitne-manifest.json").read_bytes())


def test_no_known_value_of_the_subject_stands_in_the_bag_beside_the_raw_capture(bag, demonstration) -> None:
    import tomllib

    known = tomllib.loads((demonstration / "subject.toml").read_text(encoding="utf-8"))["known"]
    values = [str(entry[key]) for entry in known for key in ("value", "ci") if key in entry]
    digests = [hashlib.new(k, v.encode()).hexdigest() for v in values for k in ("md5", "sha1", "sha256")]
    for path in bag.rglob("*"):
        if path.is_file() and "original" not in path.parts:
            text = path.read_bytes().lower()
            assert not [v for v in values + digests if v.lower().encode() in text], path.name
