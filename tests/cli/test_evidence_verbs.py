"""Twin of vitne.cli.evidence_verbs: the options as the issue names them, light to load."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from vitne.cli import evidence_verbs
from vitne.cli.main import build_parser


@pytest.mark.parametrize(
    "words",
    [
        ["seal", "case"],
        ["verify", "bag", "--subject", "f"],
        ["challenge", "bag"],
        ["report", "case", "--for", "authority", "--format", "pdf", "--language", "fi"],
        ["export", "case", "--format", "stix", "-o", "x"],
        ["redact", "case", "--shift-times"],
        ["wipe", "case", "--yes"],
    ],
)
def test_a_command_of_the_issue_is_understood(words) -> None:
    assert build_parser().parse_args(words).verb == words[0]


def test_the_closed_words_are_those_that_there_are() -> None:
    from vitne.catalog.messages import languages
    from vitne.cli.export import _WRITERS

    assert sorted(evidence_verbs.LANGUAGES) == sorted(languages())
    assert set(evidence_verbs.EXPORTS) == set(_WRITERS)


def test_every_option_says_what_it_does() -> None:
    verbs = argparse.ArgumentParser().add_subparsers()
    evidence_verbs.add(verbs)
    for parser in verbs.choices.values():
        assert all(action.help for action in parser._actions)


def test_loading_the_options_loads_no_library() -> None:
    code = "import sys, vitne.cli.evidence_verbs; print([m for m in ('cryptography', 'numpy', 'msgspec') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
