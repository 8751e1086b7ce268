"""Twin of vitne.cli.demo: one command makes the capture, scans it, and leaves a case with a page."""

from __future__ import annotations

from pathlib import Path

from vitne.cli.main import main


def test_the_demonstration_says_each_step_and_leaves_a_case_that_can_be_made_again(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "demo"]) == 0
    first = capsys.readouterr().out
    assert [line[:2] for line in first.splitlines() if line[:1].isdigit() and line[1:2] == "."] == [
        "1.",
        "2.",
    ]
    assert "vitne scan demo/phone-hour.pcapng --subject demo/subject.toml --case demo/case" in first
    assert "registration.carrier.example" in first
    page = Path("demo/case/report/index.html").read_bytes()
    capture = Path("demo/phone-hour.pcapng").read_bytes()
    assert main(["demo", "demo"]) == 0
    assert capsys.readouterr().out == first
    assert Path("demo/case/report/index.html").read_bytes() == page
    assert Path("demo/phone-hour.pcapng").read_bytes() == capture
