"""What a recipe's data file says: how a key or a salt follows from what a message tells in clear."""

from __future__ import annotations

from typing import Literal

import msgspec


class RecipeExample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields of a message, all invented, and what has to follow from them."""

    fields: dict[str, str]  # names as the sender writes them
    hex: str = ""  # the key or salt in hexadecimal digits; "" where none may follow
    iv: str = ""  # the first block in hexadecimal digits, where the recipe gives one


class RecipeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to a key or a salt, or one key that is in all copies of a program."""

    id: str  # the name of the file
    title: str
    licence: str  # SPDX name of the file's own licence
    because: str  # note that gives the basis
    gives: Literal["key", "salt"]
    text: str  # template: {word} stands for the value of a field
    names: dict[str, tuple[str, ...]] = {}  # word of the template or of a step -> field names, lower case
    steps: tuple[str, ...] = ()  # what is done to the text, one after the other; words of ``ciphers.steps``
    cipher: str = ""  # what the key is for; "" for all that take so many bytes
    mode: str = ""  # mode of operation; "" for all
    iv_text: str = ""  # template of the first block; "" where it is not made so
    iv_steps: tuple[str, ...] = ()
    example: tuple[RecipeExample, ...] = ()
    counter_example: tuple[RecipeExample, ...] = ()
