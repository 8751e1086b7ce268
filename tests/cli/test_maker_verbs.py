"""Names of verbs and options of the makers' part are a contract."""

from __future__ import annotations

import argparse

import pytest

from vitne.cli.main import build_parser
from vitne.cli.maker_verbs import add

OPTIONS = {
    "compare": {
        "--subject", "--keys", "--device", "--by", "--schedule", "--level", "--set-aside", "--event",
        "--events-before", "--events-after", "--zone", "--json", "--html", "-v", "--verbose",
    },
    "gate": {
        "--policy", "--baseline", "--subject", "--keys", "--device", "--case", "--events", "--zone", "--sarif",
        "--junit", "--markdown", "--today",
    },
    "fleet": {
        "--out", "--subject", "--keys", "--sender", "--partition", "--engine", "-j", "--jobs", "--json", "-q",
        "--quiet", "--patience", "--fixed",
    },
    "plan": set(),
    "learn": {"--host", "--draft", "--json", "--capture", "--keys"},
    "firmware": {"--against", "--market", "--json", "--html", "-q", "--quiet", "-v", "--verbose"},
    "match": {"--json", "--html", "-q", "--quiet", "-v", "--verbose"},
}  # fmt: skip


def _verbs() -> dict[str, argparse.ArgumentParser]:
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers()
    add(verbs)
    return dict(verbs.choices)


@pytest.mark.parametrize("verb", sorted(OPTIONS))
def test_a_verb_has_its_options(verb: str) -> None:
    own = {name for action in _verbs()[verb]._actions for name in action.option_strings}
    assert own - {"-h", "--help"} == OPTIONS[verb]


def test_all_verbs_stand_in_the_parser() -> None:
    assert set(_verbs()) == set(OPTIONS)
    parsed = build_parser().parse_args(["plan", "identities", "imei", "--words", "4"])
    assert (parsed.verb, parsed.plan, parsed.identifiers, parsed.words) == ("plan", "identities", ["imei"], 4)
    parsed = build_parser().parse_args(["compare", "--by", "identity", "a", "b", "a", "b"])
    assert (parsed.by, parsed.captures) == ("identity", ["a", "b", "a", "b"])


def test_a_gate_needs_a_policy_and_a_lesson_a_host(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["gate", "a.pcap"], ["learn", "case"], ["fleet", "table.csv"], ["plan"]):
        with pytest.raises(SystemExit) as ended:
            build_parser().parse_args(words)
        assert ended.value.code == 2
    assert "next: vitne" in capsys.readouterr().err
