"""The nouns: frozen, with one line of meaning under every field."""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

from vitne import model

STRUCTS = sorted(
    (each for each in vars(model).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)),
    key=lambda each: each.__name__,
)


@pytest.mark.parametrize(
    "noun", [each for each in STRUCTS if each.__name__ != "StreamBatch"], ids=lambda each: each.__name__
)
def test_a_noun_is_frozen(noun: type[msgspec.Struct]) -> None:
    assert noun.__struct_config__.frozen


def test_every_public_noun_says_what_it_is() -> None:
    for name in model.__all__:
        thing = getattr(model, name)
        if isinstance(thing, type):
            assert thing.__doc__, name


@pytest.mark.parametrize("path", sorted(Path(model.__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_no_noun_imports_another_room(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vitne"):
            assert (node.module or "").startswith("vitne.model"), path.name
