"""Why something could not be read is told in every language: all reasons of the program are in the catalogue.

The reasons are read from the source: what is given to ``Gap(why=...)`` and ``Malformed(...)``, bounds that the
unwrapping names, and the table of what the kernel counts.  What stands in braces there is a place.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import vitne
from vitne.catalog.messages import messages
from vitne.reassemble.batches import KINDS
from vitne.reassemble.counts import REASONS

ROOMS = ("intake", "reassemble", "decode", "decrypt", "exports", "pipeline")
OTHERS = ("de", "fi", "nb")
SOURCE = Path(vitne.__file__).parent


def texts(node: ast.AST, known: dict[str, list[str]]) -> list[str]:
    """Give what a text in the source may be, with a word for each of its places."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(each.value if isinstance(each, ast.Constant) else "Z9" for each in node.values)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [one + two for one in texts(node.left, known) for two in texts(node.right, known)]
    if isinstance(node, ast.IfExp):
        return texts(node.body, known) + texts(node.orelse, known)
    return known.get(node.id, []) if isinstance(node, ast.Name) else []


def given(call: ast.Call) -> list[ast.AST]:
    """Give the arguments of a call that are reasons."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name == "Gap":
        return [each.value for each in call.keywords if each.arg == "why"]
    if name in {"Malformed", "reached", "tell"}:
        return call.args[:1]
    return list(call.args) if name in {"_gap", "gap"} else []


def reasons_in(source: str) -> set[str]:
    """Give the reasons that a module tells."""
    tree = ast.parse(source)
    known: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            known.setdefault(node.targets[0].id, []).extend(texts(node.value, {}))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        text for call in calls for each in given(call) for text in texts(each, known) if " " in text.strip()
    }


@cache
def every_reason() -> frozenset[str]:
    """Give the reasons of all rooms that read captures and exports."""
    found = {reason.note.format(value=7, layer="IPv4") for reason in REASONS.values() if reason.gap}
    found |= {f"{why} (client side)" for _, why in KINDS.values()}
    for room in ROOMS:
        for path in sorted((SOURCE / room).rglob("*.py")):
            found |= reasons_in(path.read_text(encoding="utf-8"))
    return frozenset(found)


@pytest.mark.parametrize("language", OTHERS)
def test_every_reason_of_a_gap_is_told_in_every_language(language: str) -> None:
    say = messages(language)
    missing = sorted(each for each in every_reason() if say.quoted(each) == each)
    assert missing == [], f"not in data/messages/{language}.toml under [said]"


def test_reasons_are_read_from_the_source_whatever_way_they_are_given() -> None:
    source = (
        "why = f'a {thing} of {n} bytes' if x else 'nothing at all'\n"
        "Gap(kind='limit', why=why)\nraise Malformed('is cut ' + 'off', at=3)\n"
    )
    assert reasons_in(source) == {"a Z9 of Z9 bytes", "nothing at all", "is cut off"}
    assert len(every_reason()) > 150


def test_a_reason_in_a_reason_is_told_too_and_its_numbers_stay() -> None:
    say = messages("nb")
    told = say.quoted("bytes that were sent or acknowledged and are in no captured frame (server side)")
    assert told.endswith("(siden tjener)")
    assert "captured" not in told
    cut = "the file ends inside a record: 12 of 90 bytes are there; reading went on with the sound records from byte 7"
    assert say.quoted(cut) == (
        "filen slutter inne i en post: 12 av 90 byte er der; lesingen fortsatte med de hele postene fra byte 7"
    )
