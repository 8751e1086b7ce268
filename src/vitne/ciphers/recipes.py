"""Recipes: keys and salts that follow from what a message tells in clear.

What a message yields can be reckoned by anybody who sees it: it opens nobody's account, and a result names
the recipe.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.ciphers.steps import apply
from vitne.model import Key, Malformed, Salt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vitne.catalog import RecipeFile

LONGEST_KEY = 256  # bytes
LONGEST_FIELD = 256  # bytes of a field that goes into a key
_WORD = re.compile(r"\{([a-z0-9_]+)\}")


class Recipes:
    """The recipes of the catalog, ready to be asked."""

    def __init__(self, files: Iterable[RecipeFile]) -> None:
        self._files = tuple(files)
        self.names = frozenset(
            name for file in self._files for names in file.names.values() for name in names
        )

    def keys(self, fields: Mapping[str, bytes]) -> list[Key]:
        """Give the keys that fields of one message yield; names are lower case."""
        found = []
        for file in self._files:
            if file.gives == "key":
                data = made(file.text, file.steps, file.names, fields)
                iv = made(file.iv_text, file.iv_steps, file.names, fields) if file.iv_text else None
                if data:
                    name = f"recipe {file.id}"
                    found.append(Key(name=name, data=data, cipher=file.cipher, mode=file.mode, iv=iv))
        return found

    def salts(self, fields: Mapping[str, bytes]) -> list[Salt]:
        """Give the salts that fields of one message yield."""
        found: list[Salt] = []
        for file in self._files:
            if file.gives == "salt":
                for names in _each(file):
                    data = made(file.text, file.steps, names, fields)
                    if data and all(data != salt.data for salt in found):
                        found.append(Salt(name=f"recipe {file.id}", data=data))
        return found


def _each(file: RecipeFile) -> list[dict[str, Sequence[str]]]:
    """Give a salt's recipe once for each field it may stand in: several of them may be in one message."""
    if len(file.names) != 1:
        return [dict(file.names)]
    word, names = next(iter(file.names.items()))
    return [{word: (name,)} for name in names]


def made(
    text: str, steps: Sequence[str], names: Mapping[str, Sequence[str]], fields: Mapping[str, bytes]
) -> bytes | None:
    """Make a key from fields; None where one of them is not there, or a step cannot be done with it."""
    told: dict[str, bytes] = {}
    for word, known in names.items():
        value = next((fields[name] for name in known if name in fields), None)
        if value is None or not 0 < len(value) <= LONGEST_FIELD:
            return None
        told[word] = value
    pieces = _WORD.split(text)
    data = b"".join(
        told.get(piece, b"") if number % 2 else piece.encode() for number, piece in enumerate(pieces)
    )
    try:
        key = apply(data, steps, told)
    except Malformed:
        return None
    return key if 0 < len(key) <= LONGEST_KEY else None
