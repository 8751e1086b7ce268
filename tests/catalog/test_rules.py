"""What an identifier's data file may say."""

from __future__ import annotations

import msgspec
import pytest

from vitne import catalog
from vitne.catalog.rules import CounterExample, Example, IdentifierFile, Rule

RULE = {"prior": 0.5, "reason": "r"}


def test_a_rule_needs_a_rank_and_a_reason_and_nothing_else_to_be_read() -> None:
    rule = msgspec.convert(RULE, Rule)
    assert (rule.keys, rule.parts, rule.pattern, rule.whole, rule.failing) == ((), (), "", None, "drop")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "r"},
        {"prior": 0.5},
        {**RULE, "unknown": 1},
        {**RULE, "keys": "imei"},
        {**RULE, "edges": "words"},
        {**RULE, "canonical": "mac"},
        {**RULE, "failing": "keep"},
        {**RULE, "layer": "middle"},
        {**RULE, "group": "1"},
    ],
)
def test_anything_else_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Rule)


def test_examples_need_a_text_and_examples_that_are_found_a_value() -> None:
    assert msgspec.convert({"text": "x"}, CounterExample).part == "body"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"text": "x"}, Example)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"text": "x", "value": "y", "note": "z"}, Example)


def test_rules_cannot_be_changed_once_read() -> None:
    rule = catalog.identifiers()[0].rule[0]
    with pytest.raises(AttributeError):
        rule.prior = 1.0  # type: ignore[misc]


def test_every_file_says_its_licence_and_its_basis() -> None:
    for content in catalog.identifiers():
        assert isinstance(content, IdentifierFile)
        assert content.licence
        assert content.because == f"docs/notes/{content.id}.md"
