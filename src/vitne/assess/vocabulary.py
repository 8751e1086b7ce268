"""Words that vitne itself knows: a value that is part of one of them does not stand there.

An account called «user» is no reason to blacken ``User-Agent``, nor a password «pass» ``password``.
"""

from __future__ import annotations

import functools
import re

from vitne.catalog import identifiers, quiet

_SEPARATORS = re.compile(r"[-_]+")


def is_name(word: str) -> bool:
    """Tell whether a word is the name of a field that a rule knows, however its words are joined."""
    return _SEPARATORS.sub("", word.lower()) in _names()


def is_reason(text: str) -> bool:
    """Tell whether a text is the reason of a rule as the rule itself words it."""
    return text in _reasons()


@functools.cache
def _reasons() -> frozenset[str]:
    return frozenset(rule.reason for file in identifiers() for rule in file.rule)


@functools.cache
def _names() -> frozenset[str]:
    rules = [rule for file in identifiers() for rule in file.rule]
    parts = {part for rule in rules for part in rule.parts} | set(quiet().parts)
    keys = {key for rule in rules for key in rule.keys} | set(quiet().keys)
    named = keys | {part.partition(":")[2] for part in parts}
    return frozenset(_SEPARATORS.sub("", name.lower()) for name in named if name and "*" not in name)
