"""The outer parts of a bag, checked by standard tools alone: the very commands of the how-to."""

from __future__ import annotations

import hashlib
import http.server
import json
import shlex
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.evidence import clock

from vitne.cli.main import main
from vitne.evidence.checking import check_bag
from vitne.store import read_case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "seal-and-verify.md"


@pytest.fixture(scope="module")
def sealed(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag with everything that a bag can hold: a timestamp, a key log, sealed values, kept evidence."""
    age = pytest.importorskip("pyrage")
    pytest.importorskip("rfc3161_client")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("sealed")
    stamp = clock.authority(folder)

    class Clock(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = stamp(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Clock)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    keys = folder / "keys.log"
    keys.write_text(f"CLIENT_RANDOM {'5d' * 32} {'6e' * 48}\n")
    own = age.x25519.Identity.generate()
    subject = str(demonstration / "subject.toml")
    words = ["scan", str(demonstration / "phone-hour.pcapng"), "--subject", subject, "--keys", str(keys)]
    words += ["--case", str(folder / "case"), "-q"]
    try:
        assert main(words) == 0
        words = ["seal", str(folder / "case"), str(folder / "bag"), "--retain-until", "2031-01-02"]
        words += ["--timestamp", f"http://127.0.0.1:{server.server_port}/"]
        words += ["--subject", subject, "--values-for", str(own.to_public())]
        assert main(words) == 0
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    return folder / "bag"


def _commands() -> list[str]:
    """Give the commands of the section on standard tools, as the page has them."""
    section = (
        PAGE.read_text(encoding="utf-8").split("## Check the outer parts without vitne")[1].split("\n## ")[0]
    )
    block = section.split("```console\n$ ")[1].split("\n")[0].split("cd demo/outer && ")[1]
    listed = [line.split("`")[1] for line in section.splitlines() if line.startswith("- `")]
    return [*block.split(" && "), *listed]


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)


def test_the_page_names_the_five_tools() -> None:
    assert [shlex.split(each)[0] for each in _commands()] == [
        "sha256sum", "sha512sum", "openssl", "bagit.py", "tail", "openssl", "tshark",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [0, 1, 2])
def test_digests_and_signature_hold(sealed: Path, number: int) -> None:
    command = _commands()[number]
    good = _run(command, sealed)
    assert good.returncode == 0, good.stderr


def test_bagit_finds_the_bag_valid_and_a_changed_one_not(sealed: Path, tmp_path: Path) -> None:
    pytest.importorskip("bagit", reason="the package bagit is not installed (make .dev)")
    command = _commands()[3].replace("bagit.py", f"{sys.executable} -m bagit").replace("demo/outer", "{}")
    done = _run(command.format(sealed), tmp_path)
    assert done.returncode == 0, done.stderr
    bad = Path(shutil.copytree(sealed, tmp_path / "bag"))
    with (bad / "data" / "findings.json").open("r+b") as file:
        file.write(b"x")
    assert _run(command.format(bad), tmp_path).returncode != 0


def test_what_was_signed_is_the_manifest(sealed: Path) -> None:
    """The head is DSSE's pre-authentication encoding: its own length is told by its four words."""
    signed = (sealed / "signed-bytes.bin").read_bytes()
    word, kind_length, rest = signed.split(b" ", 2)
    kind, size, _ = rest[: int(kind_length) + 12].split(b" ", 2)
    head = len(b" ".join([word, kind_length, kind, size])) + 1
    command = _commands()[4].replace("+N", f"+{head + 1}")
    assert _run(command, sealed).returncode == 0
    assert _run(command.replace(f"+{head + 1}", f"+{head + 2}"), sealed).returncode != 0


def test_openssl_confirms_the_time_of_a_real_authority(sealed: Path) -> None:
    command = _commands()[5].replace("root.pem", str(sealed.parent / "root.pem"))
    good = _run(command, sealed)
    assert good.returncode == 0, good.stderr
    assert "Verification: OK" in good.stdout + good.stderr
    assert _run(command.replace("root.pem", "other.pem"), sealed).returncode != 0


@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_shows_the_frame_that_a_finding_names(sealed: Path) -> None:
    command = _commands()[6]
    found = read_case(sealed / "data" / "case").findings
    frames = {frame for one in found for frame in one.frames}
    assert int(command.split("frame.number == ")[1].split("'")[0]) in frames
    shown = _run(command, sealed)
    assert shown.returncode == 0
    assert shown.stdout.startswith("0000  ")


def test_one_changed_byte_of_any_file_is_found_and_located(sealed: Path, tmp_path: Path) -> None:
    """Each kind of file that a bag can hold, the timestamp, the key log and the sealed values among them."""
    bag = Path(shutil.copytree(sealed, tmp_path / "bag"))
    names = sorted(str(path.relative_to(bag)) for path in bag.rglob("*") if path.is_file())
    kinds = {"timestamps/1.tsr", "data/keys/1.txt", "data/values/subject.toml.age", "data/case/ledger.jsonl"}
    assert kinds < set(names)
    for name in names:
        place = bag / name
        whole = place.read_bytes()
        at = len(whole) * 2 // 3
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        failed = [check for check in check_bag(bag)[1] if check.state == "failed"]
        own = [check for check in failed if name in check.where]
        assert own, name
        if name.startswith("data/"):
            assert any(check.start is not None and check.start <= at < (check.end or 0) for check in own), (
                name
            )
        place.write_bytes(whole)
    assert not [check for check in check_bag(bag)[1] if check.state == "failed"]


def test_the_retention_date_stands_in_the_bag_and_wipe_keeps_to_it(
    sealed: Path, tmp_path: Path, capsys: Any
) -> None:
    bag = Path(shutil.copytree(sealed, tmp_path / "bag"))
    assert "Retain-Until: 2031-01-02" in (bag / "bag-info.txt").read_text()
    assert json.loads((bag / "vitne-manifest.json").read_bytes())["retain_until"] == "2031-01-02"
    assert main(["wipe", str(bag), "--due", "--yes"]) == 0
    assert "Not due" in capsys.readouterr().out
    assert bag.is_dir()
    digest = hashlib.sha256((bag / "vitne-manifest.json").read_bytes()).hexdigest()
    assert main(["wipe", str(bag), "--yes"]) == 0
    assert not bag.exists()
    assert json.loads((tmp_path / "bag.destroyed.json").read_bytes())["manifest_sha256"] == digest
    capsys.readouterr()
