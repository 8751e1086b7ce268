from __future__ import annotations

import importlib

import pytest

from vitne.cli.main import build_parser

VERBS = ("triggers", "events", "mark", "protocol", "capture", "watch", "lab")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_module_and_the_options_the_page_names(verb: str) -> None:
    assert callable(importlib.import_module(f"vitne.cli.{verb}").run)


def test_the_names_that_others_rely_on_stay() -> None:
    read = build_parser().parse_args
    triggers = read(["triggers", "case", "--events", "a", "b", "--json"])
    assert (triggers.case, triggers.events, triggers.seed) == ("case", ["a", "b"], 0)
    capture = read(["capture", "-i", "wlan0", "--case", "case"])
    assert (capture.interface, capture.case, capture.files) == ("wlan0", "case", 0)
    protocol = read(["protocol", "--stimuli", "screen_on,unlock,idle", "--slots", "30"])
    assert (protocol.stimuli, protocol.slots) == ("screen_on,unlock,idle", 30)
    assert read(["mark", "unlock"]).kind == "unlock"
    assert read(["watch", "-"]).source == "-"
    assert read(["events", "collect"]).adb == "127.0.0.1:5037"
    assert read(["lab"]).answer == "refuse"


def test_a_zone_to_the_west_is_a_value_and_no_option() -> None:
    read = build_parser().parse_args
    assert read(["triggers", "case", "--events", "a", "--zone", "-05:00"]).zone == "-05:00"
    assert read(["events", "show", "a", "--zone", "-0530"]).zone == "-0530"
    with pytest.raises(SystemExit):
        read(["triggers", "case", "--events", "a", "--zone", "-v"])


@pytest.mark.parametrize(
    "words",
    [
        ["capture", "-i", "lo", "--buffer", "9999999"],
        ["capture", "-i", "lo", "--snap", "0"],
        ["capture", "-i", "lo", "--file-size", "-5"],
        ["capture", "-i", "lo", "--files", "many"],
        ["watch", "lo", "--every", "0"],
        ["watch", "lo", "--seconds", "-1"],
        ["lab", "--hours", "1e9"],
        ["lab", "--speed", "nan"],
    ],
)
def test_numbers_that_make_no_sense_are_refused_with_the_bounds(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(words)
    assert ended.value.code == 2
    told = "invalid number value: 'many'" if words[-1] == "many" else "is not between"
    assert told in capsys.readouterr().err
