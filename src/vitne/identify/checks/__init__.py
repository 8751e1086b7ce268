"""Check digits and formats of identifiers: one module each, found by looking in this folder.

A check module opens with a docstring that has a ``summary:`` and a ``specification:`` line and gives
``check(text) -> CheckResult``.  Checks are pure, never raise, and never repeat the text in what they say.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

import msgspec


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a check says of one text."""

    ok: bool  # the text is well-formed and its check digit, where it has one, is right
    canonical: str = ""  # the one way to write the value; "" when not ok
    why: str = ""  # what is wrong, for a person, without the value; "" when ok
    expected_digit: str = ""  # the check digit that would be right, where only that is wrong
    warnings: tuple[str, ...] = ()  # odd but accepted, for a person, without the value


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check of the folder."""

    name: str  # name of its module
    summary: str  # one line
    specification: str  # where the rule stands
    check: Callable[[str], CheckResult]  # the check itself


def good(canonical: str, *warnings: str) -> CheckResult:
    """Accept a text under its canonical spelling."""
    return CheckResult(ok=True, canonical=canonical, warnings=warnings)


def bad(why: str, *, expected_digit: str = "") -> CheckResult:
    """Refuse a text; ``why`` says what was expected and never repeats the text."""
    return CheckResult(ok=False, why=why, expected_digit=expected_digit)


def names() -> list[str]:
    """Name all checks of the folder, sorted."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__))


@cache
def find(name: str) -> Check:
    """Give the check of that name; raises KeyError when the folder has none."""
    if name not in names():
        raise KeyError(name)
    module = importlib.import_module(f"{__name__}.{name}")
    lines = dict(
        line.split(":", 1)
        for line in (module.__doc__ or "").splitlines()
        if line.startswith(("summary:", "specification:"))
    )
    return Check(
        name=name,
        summary=lines["summary"].strip(),
        specification=lines["specification"].strip(),
        check=module.check,
    )
