"""Twin of vitne.cli.verify: what holds, what fails, and what was not looked at."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from vitne.cli.main import main


def test_a_whole_bag_holds_and_the_digest_is_shown(bag, capsys) -> None:
    assert main(["verify", str(bag)]) == 0
    out = capsys.readouterr().out
    assert "0 failed" in out
    assert "everything that was checked holds" in out
    assert "ok   finding F-" in out


def test_the_document_has_every_check_with_its_state(bag, demonstration, capsys) -> None:
    assert main(["verify", str(bag), "--json", "--subject", str(demonstration / "subject.toml")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "vitne-verify/1"
    assert len(said["checks"]) == sum(said["counts"].values())
    assert {"what", "where", "state", "why"} <= set(said["checks"][0])


def test_a_changed_bag_fails_with_exit_code_1_and_names_the_file(bag, tmp_path, capsys) -> None:
    copy = Path(shutil.copytree(bag, tmp_path / "b"))
    path = copy / "data/original/1/phone-hour.pcapng"
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    assert main(["verify", str(copy), "-q"]) == 1
    out = capsys.readouterr().out
    assert "FAIL file data/original/1/phone-hour.pcapng: changed between byte" in out
    assert "the bag does not hold" in out
    assert "ok   " not in out


def test_the_outer_parts_alone_are_quick_and_say_nothing_of_findings(bag, capsys) -> None:
    assert main(["verify", str(bag), "--outer"]) == 0
    assert "finding F-" not in capsys.readouterr().out


def test_what_is_no_bag_is_refused(tmp_path, capsys) -> None:
    assert main(["verify", str(tmp_path / "none")]) == 2
    (tmp_path / "file").write_bytes(b"x")
    assert main(["verify", str(tmp_path / "file")]) == 1
    assert main(["verify", str(tmp_path), "--outer"]) == 1
    capsys.readouterr()


def test_links_and_pipes_in_a_bag_are_named_and_nothing_behind_them_is_read(bag, tmp_path, capsys) -> None:
    """A pipe would stop the command for good, a link would have it read what lies elsewhere."""
    import os

    copy = Path(shutil.copytree(bag, tmp_path / "b"))
    path = copy / "data/original/1/phone-hour.pcapng"
    path.unlink()
    for put in (lambda: os.mkfifo(path), lambda: path.symlink_to(bag / "data/original/1/phone-hour.pcapng")):
        put()
        assert main(["verify", str(copy)]) == 1
        out = capsys.readouterr().out
        assert "no plain file" in out
        assert "findings were not derived again" in out
        assert "finding F-" not in out
        path.unlink()


def test_a_root_that_is_no_certificate_is_refused(bag, tmp_path, capsys) -> None:
    (tmp_path / "root.pem").write_text("none")
    assert main(["verify", str(bag), "--outer", "--tsa-root", str(tmp_path / "root.pem")]) == 2
    assert "no certificate in PEM" in capsys.readouterr().err


def test_another_signer_than_the_one_asked_for_fails(bag, capsys) -> None:
    assert main(["verify", str(bag), "--outer", "--signer", "00" * 32]) == 1
    assert main(["verify", str(bag), "--outer", "--tsa-root", str(bag / "none")]) == 2
    capsys.readouterr()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_finds_the_same_signature_good(bag) -> None:
    run = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public-key.pem", "-rawin", "-in", "signed-bytes.bin", "-sigfile", "signature.bin"],
        cwd=bag, capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0
