"""Twin of vitne.cli.report: every reader in every format from the command line, the same bytes anywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from vitne.cli.main import main


@pytest.mark.parametrize("form", ["html", "md", "json", "csv", "docx", "typ"])
def test_a_report_is_written_to_a_file(demonstration, tmp_path, form) -> None:
    out = tmp_path / f"r.{form}"
    assert (
        main(["report", str(demonstration / "case"), "--for", "authority", "--format", form, "-o", str(out)])
        == 0
    )
    assert out.stat().st_size > 1000


def test_case_and_bag_give_the_same_report(demonstration, bag, tmp_path) -> None:
    for name, place in (("a", demonstration / "case"), ("b", bag)):
        assert main(["report", str(place), "--for", "authority", "-o", str(tmp_path / name)]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_annex_shows_the_packets_with_the_values_covered(bag, tmp_path) -> None:
    assert main(["report", str(bag), "--for", "lab", "--format", "md", "-o", str(tmp_path / "r.md")]) == 0
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert "••" in text
    assert "0000" in text
    assert "004402990000014" not in text


def test_without_the_capture_the_annex_says_that_packets_are_left_out(bag, tmp_path, capsys) -> None:
    import shutil

    copy = shutil.copytree(bag / "data" / "case", tmp_path / "case")
    run = json.loads((tmp_path / "case" / "run.json").read_text())
    (tmp_path / "case" / "run.json").write_text(json.dumps({**run, "inputs": []}))
    assert main(["report", str(copy), "--for", "lab", "--format", "md", "-o", str(tmp_path / "r.md")]) == 0
    assert "packets are left out" in capsys.readouterr().err


def test_letters_are_written_in_the_language(demonstration, tmp_path) -> None:
    out = tmp_path / "l.md"
    words = ["--letter", "complaint", "--language", "fi", "--country", "fi", "--format", "md", "-o", str(out)]
    assert main(["report", str(demonstration / "case"), *words]) == 0
    assert "Tietosuojavaltuutetun toimisto" in out.read_text(encoding="utf-8")


def test_the_document_is_canonical_json(demonstration, tmp_path) -> None:
    out = tmp_path / "r.json"
    assert main(["report", str(demonstration / "case"), "--format", "json", "-o", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    said = json.loads(text, parse_float=lambda number: f"\0{number}\0")
    again = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert text == again.replace('"\\u0000', "").replace('\\u0000"', "") + "\n"
    numbers = re.findall(r'"\\u0000(.*?)\\u0000"', again)
    assert numbers
    assert not [number for number in numbers if re.search(r"e[+-]?0|E|\.0(?!\d)", number)]
    assert said["schema"] == "vitne-findings/1"


@pytest.mark.parametrize("form", ["html", "docx", "csv"])
def test_clock_zone_language_and_hash_seed_change_nothing(demonstration, tmp_path, form) -> None:
    made = []
    for zone, language, seed in (("UTC", "C", "0"), ("Pacific/Auckland", "nb_NO.UTF-8", "7")):
        code = "import sys; from vitne.cli.main import main; sys.exit(main(sys.argv[1:]))"
        run = subprocess.run(
            [sys.executable, "-c", code, "report", str(demonstration / "case"), "--for", "maker", "--format", form],
            env={**os.environ, "TZ": zone, "LANG": language, "PYTHONHASHSEED": seed},
            cwd=tmp_path, capture_output=True, check=True,
        )  # fmt: skip
        made.append(run.stdout)
    assert made[0] == made[1]
    assert made[0]


def test_a_place_that_cannot_be_written_is_told(demonstration, tmp_path, capsys) -> None:
    assert main(["report", str(demonstration / "case"), "-o", str(tmp_path / "no" / "r.html")]) == 1
    assert main(["report", str(tmp_path)]) == 1
    capsys.readouterr()
