"""Twin of vitne.cli.seal: what is written down, who signs, what an authority is asked, what is refused."""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from vitne.cli.main import main
from vitne.cli.seal import _content
from vitne.evidence import ledger


@pytest.fixture
def case(demonstration, tmp_path):
    return Path(shutil.copytree(demonstration / "case", tmp_path / "case"))


def test_it_says_the_digest_to_write_down_and_enters_it_in_the_ledger(case, capsys) -> None:
    assert main(["seal", str(case)]) == 0
    out = capsys.readouterr().out
    digest = hashlib.sha256((case.with_name("case.bag") / "vitne-manifest.json").read_bytes()).hexdigest()
    assert digest in out
    entries, broken = ledger.read(case / "ledger.jsonl")
    assert broken is None
    assert entries[-1]["detail"]["manifest_sha256"] == digest


def test_the_key_that_is_made_is_kept_apart_and_private(case) -> None:
    assert main(["seal", str(case)]) == 0
    key = case.with_name("case.bag.key.pem")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes().splitlines()[1] not in b"".join(
        path.read_bytes() for path in case.with_name("case.bag").rglob("*") if path.is_file()
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_key_of_openssl_signs_and_another_sort_is_refused(case, tmp_path, capsys) -> None:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(tmp_path / "k")], check=True)
    assert main(["seal", str(case), str(tmp_path / "b"), "--key", str(tmp_path / "k")]) == 0
    subprocess.run(["openssl", "genpkey", "-algorithm", "x25519", "-out", str(tmp_path / "x")], check=True)
    assert main(["seal", str(case), str(tmp_path / "c"), "--key", str(tmp_path / "x")]) == 2
    assert main(["seal", str(case), str(tmp_path / "c"), "--key", str(tmp_path / "none")]) == 2
    assert "next" in capsys.readouterr().err


def test_a_bag_is_never_replaced(case, capsys) -> None:
    assert main(["seal", str(case)]) == 0
    assert main(["seal", str(case)]) == 1
    assert "no bag is ever replaced" in capsys.readouterr().err


def test_a_capture_that_is_gone_or_changed_is_named(case, demonstration, tmp_path, capsys) -> None:
    run = json.loads((case / "run.json").read_text())
    (case / "run.json").write_text(json.dumps({**run, "inputs": []}))
    assert main(["seal", str(case)]) == 1
    assert "phone-hour.pcapng" in capsys.readouterr().err
    moved = tmp_path / "moved.pcapng"
    shutil.copyfile(demonstration / "phone-hour.pcapng", moved)
    assert main(["seal", str(case), "--capture", str(moved)]) == 0


def test_a_retention_date_stands_in_the_manifest_and_must_be_one(case, capsys) -> None:
    assert main(["seal", str(case), "--retain-until", "soon"]) == 2
    assert main(["seal", str(case), "--retain-until", "2027-05-31"]) == 0
    manifest = json.loads((case.with_name("case.bag") / "vitne-manifest.json").read_text())
    assert manifest["retain_until"] == "2027-05-31"
    assert "Retain-Until: 2027-05-31" in (case.with_name("case.bag") / "bag-info.txt").read_text()
    capsys.readouterr()


def test_values_are_sealed_to_a_key_and_open_for_verify(case, demonstration, tmp_path, capsys) -> None:
    age = pytest.importorskip("pyrage")
    own = age.x25519.Identity.generate()
    (tmp_path / "id").write_text(f"{own}\n")
    to = ["--values-for", str(own.to_public())]
    assert main(["seal", str(case), *to]) == 2
    assert main(["seal", str(case), *to, "--subject", str(demonstration / "subject.toml")]) == 0
    bag = case.with_name("case.bag")
    assert (bag / "data/values/subject.toml.age").read_bytes().startswith(b"age-encryption.org/v1")
    capsys.readouterr()
    assert main(["verify", str(bag), "--identity", str(tmp_path / "id"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert not [check for check in said["checks"] if check["what"] == "values"]


def test_an_encrypted_bag_holds_nothing_in_clear_and_verifies(case, tmp_path, capsys) -> None:
    age = pytest.importorskip("pyrage")
    own = age.x25519.Identity.generate()
    (tmp_path / "id").write_text(f"{own}\n")
    assert main(["seal", str(case), str(tmp_path / "b.age"), "--encrypt", str(own.to_public())]) == 0
    data = (tmp_path / "b.age").read_bytes()
    assert b"carrier" not in data
    assert stat.S_IMODE((tmp_path / "b.age").stat().st_mode) == 0o600
    assert not [path for path in tmp_path.iterdir() if "sealing" in path.name]
    assert main(["verify", str(tmp_path / "b.age"), "--identity", str(tmp_path / "id"), "-q"]) == 0
    capsys.readouterr()


def test_a_passphrase_is_asked_twice_and_a_mistyped_one_seals_nothing(case, monkeypatch, capsys) -> None:
    pytest.importorskip("pyrage")
    bag = case.with_name("b.age")
    for typed, code in ((["one", "two"], 2), ([""], 2), (["one", "one"], 0)):
        answers = iter(typed)
        monkeypatch.setattr("getpass.getpass", lambda _, answers=answers: next(answers))
        assert main(["seal", str(case), str(bag), "--encrypt", "-"]) == code
        assert bag.exists() == (code == 0)
    monkeypatch.setattr("getpass.getpass", lambda _: "one")
    assert main(["verify", str(bag), "--outer", "-q"]) == 0
    monkeypatch.setattr("getpass.getpass", lambda _: "two")
    assert main(["verify", str(bag), "--outer", "-q"]) == 1
    capsys.readouterr()


def test_what_lay_open_while_an_encrypted_bag_was_made_or_checked_is_overwritten(
    case, tmp_path, monkeypatch, capsys
) -> None:
    from vitne.cli import locking

    age = pytest.importorskip("pyrage")
    own = age.x25519.Identity.generate()
    (tmp_path / "id").write_text(f"{own}\n")
    gone: list[str] = []
    monkeypatch.setattr(locking, "overwrite", lambda path: gone.append(path.name))
    assert main(["seal", str(case), str(tmp_path / "b.age"), "--encrypt", str(own.to_public())]) == 0
    assert {"phone-hour.pcapng", "findings.jsonl", "findings.json"} <= set(gone)
    gone.clear()
    assert main(["verify", str(tmp_path / "b.age"), "--identity", str(tmp_path / "id"), "--outer"]) == 0
    assert {"phone-hour.pcapng", "findings.jsonl", "findings.json"} <= set(gone)
    before = {path.name for path in tmp_path.iterdir()}
    assert main(["seal", str(case), str(tmp_path / "b.age"), "--encrypt", str(own.to_public())]) == 1
    assert (
        main(["seal", str(case), str(tmp_path / "c.age"), "--encrypt", str(own.to_public()), "--key", "no"])
        == 2
    )
    assert {path.name for path in tmp_path.iterdir()} == before, "nothing lies about"
    capsys.readouterr()


def test_an_authority_that_does_not_answer_stops_the_sealing(case, capsys) -> None:
    pytest.importorskip("rfc3161_client")

    class Refuses(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(503)

        def log_message(self, *_) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Refuses)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        assert main(["seal", str(case), "--timestamp", url]) == 1
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not case.with_name("case.bag").exists()
    assert main(["seal", str(case), "--timestamp", "file:///etc/passwd"]) == 2
    capsys.readouterr()


def test_a_member_of_an_archive_is_read_out_of_it(tmp_path, demonstration) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(demonstration / "phone-hour.pcapng", "in/a.pcapng")
    whole = (demonstration / "phone-hour.pcapng").read_bytes()
    assert _content(f"{tmp_path}/a.zip!/in/a.pcapng") == whole
