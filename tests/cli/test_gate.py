"""``vitne gate`` as a build runs it: exit codes, files written, policies that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from vitne.cli.main import main
from vitne.lab.demo import make

POLICY = 'version = 1\n[[allow]]\nidentifiers = ["imei"]\nrecipients = ["*.carrier.example"]\nbecause = "contract"\n'
ALL = POLICY.replace('"imei"', '"*"')


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gate")
    make(folder)
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "all.toml").write_text(ALL, encoding="utf-8")
    assert main(["scan", str(folder / "phone-hour.pcapng"), "--case", str(folder / "case"), "-q"]) == 0
    return folder


def _gate(place: Path, *words: str, policy: str = "policy.toml", capture: str = "case") -> int:
    return main(["gate", str(place / capture), "--policy", str(place / policy), *words])


def test_a_capture_beside_the_policy_ends_with_ten_and_one_within_it_with_nought(place: Path) -> None:
    assert _gate(place, capture="phone-hour.pcapng") == 10
    assert _gate(place, policy="all.toml", capture="phone-hour.pcapng") == 0


def test_the_baseline_knows_what_was_there_before(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert _gate(place, "--baseline", str(place / "case")) == 0
    assert "Passed: 2 allowed, 4 baseline, 5 noted." in capsys.readouterr().out


def test_all_files_are_written_and_tell_the_same(place: Path, tmp_path: Path) -> None:
    names = {kind: str(tmp_path / kind) for kind in ("sarif", "junit", "markdown")}
    words = [word for kind, name in names.items() for word in (f"--{kind}", name)]
    assert _gate(place, *words) == 10
    results = json.loads(Path(names["sarif"]).read_bytes())["runs"][0]["results"]
    errors = [each for each in results if each["level"] == "error"]
    assert len(errors) == len(ET.fromstring(Path(names["junit"]).read_bytes()).findall(".//failure")) == 4
    summary = Path(names["markdown"]).read_text(encoding="utf-8")
    assert all(each["fingerprints"]["vitneGate/v1"] in summary for each in errors)


def test_a_waiver_ends_with_its_day(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    _gate(place, "--sarif", "-")
    log = json.loads(capsys.readouterr().out)
    policy = POLICY
    for result in log["runs"][0]["results"]:
        if result["level"] == "error":
            mark = result["fingerprints"]["vitneGate/v1"]
            policy += f'[[waiver]]\nfingerprint = "{mark}"\nreason = "ticket 7"\nexpires = 2026-11-30\n'
    (place / "waived.toml").write_text(policy, encoding="utf-8")
    assert _gate(place, "--today", "2026-11-30", policy="waived.toml") == 0
    assert _gate(place, "--today", "2026-12-01", policy="waived.toml") == 10
    assert "ran out on 2026-11-30" in capsys.readouterr().out


def test_a_wrong_policy_a_wrong_day_and_no_input_have_their_codes(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "wrong.toml").write_text(POLICY.replace("imei", "imie"), encoding="utf-8")
    assert _gate(place, policy="wrong.toml") == 2
    assert "did you mean 'imei'?" in capsys.readouterr().err
    assert _gate(place, "--today", "tomorrow") == 2
    assert _gate(place, capture="none.pcap") == 3
    assert _gate(place, "--sarif", str(tmp_path / "no" / "file")) == 1
    assert _gate(place, "--baseline", str(tmp_path)) == 1


def test_no_value_of_the_phone_is_in_any_output(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from vitne.lab.phone import Phone

    capsys.readouterr()
    said = ""
    for kind in ("--sarif", "--junit", "--markdown"):
        _gate(place, kind, "-", capture="phone-hour.pcapng")
        said += capsys.readouterr().out
    phone = Phone()
    assert not [
        value for value in (phone.imei1, phone.iccid, phone.imsi, phone.mac, phone.host_name) if value in said
    ]


def test_a_case_may_be_written_on_the_way(place: Path, tmp_path: Path) -> None:
    assert _gate(place, "--case", str(tmp_path / "new"), capture="phone-hour.pcapng") == 10
    assert _gate(tmp_path, policy=str(place / "policy.toml"), capture="new") == 10


def test_a_trigger_of_the_policy_is_judged_by_a_log_of_the_device(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ALL.replace("because", 'triggers = ["boot"]\nwithin_s = 7200\nbecause')
    (place / "boot.toml").write_text(text, encoding="utf-8")
    early, late = place / "early.csv", place / "late.csv"
    early.write_text("time,kind\n2019-02-03T06:14:31Z,boot\n", encoding="utf-8")
    late.write_text("time,kind\n2019-02-04T06:14:31Z,boot\n", encoding="utf-8")
    capsys.readouterr()
    assert _gate(place, policy="boot.toml") == 10
    assert "no log of device events" in capsys.readouterr().out
    assert _gate(place, "--events", str(early), policy="boot.toml") == 0
    assert _gate(place, "--events", str(late), policy="boot.toml") == 10


def test_a_capture_among_others_that_cannot_be_read_fails_the_gate_unless_the_policy_says_otherwise(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zeros = tmp_path / "zeros.pcap"
    zeros.write_bytes(bytes(4000))
    capsys.readouterr()
    both = ["gate", str(place / "phone-hour.pcapng"), str(zeros), "--policy"]
    assert main([*both, str(place / "all.toml")]) == 10
    assert "1 times unreadable-input" in capsys.readouterr().out
    (place / "note.toml").write_text('gaps = "note"\n' + ALL, encoding="utf-8")
    assert main([*both, str(place / "note.toml")]) == 0


def test_the_examples_for_build_servers_are_yaml_and_their_commands_are_ours() -> None:
    yaml = pytest.importorskip("yaml")
    from vitne.cli.main import build_parser

    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "gate-a-build-by-a-policy.md"
    blocks = [part.partition("```")[0] for part in page.read_text(encoding="utf-8").split("```yaml")[1:]]
    github, gitlab = [yaml.safe_load(each) for each in blocks]
    steps = [each.get("run", "") for each in github["jobs"]["gate"]["steps"]]
    lines = [each for each in (*steps, *gitlab["personal-data"]["script"]) if each.startswith("vitne ")]
    assert len(lines) == 2
    for line in lines:
        assert build_parser().parse_args(line.split()[1:]).verb == "gate"
    assert gitlab["personal-data"]["artifacts"]["reports"] == {"junit": "vitne.xml"}
