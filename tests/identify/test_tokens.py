"""Tokens: whole words that may be a digest, whichever way they are found."""

from __future__ import annotations

import base64
import hashlib
import random
import re

import numpy as np
import pytest

from vitne.identify.tokens import Token, looked_for, token_of, tokens
from vitne.kernel.sieve import Sieve

_WORD = re.compile(rb"[0-9A-Za-z]+")
_LETTERS = re.compile(rb"[0-9A-Za-z+/_-]+")
_SIZES = {22, 27, 38, 43, 64, 86}


def _mixed(chance: random.Random, size: int) -> bytes:
    """Make text in which words of every length, case and alphabet stand side by side."""
    alphabets = [b"0123456789", b"0123456789abcdef", b"0123456789ABCDEF", b"abcdef", b"0123456789abcdefG"]
    alphabets += [
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + mark for mark in (b"+/", b"-_")
    ]
    lengths = [1, 7, 8, 9, 10, 16, 22, 27, 32, 38, 40, 43, 64, 86, 88, 127, 128, 129, 130, 300]
    out = bytearray()
    while len(out) < size:
        out += bytes(chance.choices(chance.choice(alphabets), k=chance.choice(lengths)))
        out += chance.choice([b" ", b'"', b"", b"\xff\x00", b"=", b"-", b"\n", b"."])
    return bytes(out)


def _by_hand(data: bytes) -> list[tuple[int, int, bytes]]:
    """Say the same word by word: hexadecimal first, then base64."""
    found = []
    for word in _WORD.finditer(data):
        text = word[0]
        one_case = text in (text.lower(), text.upper())
        if 8 <= len(text) <= 128 and not len(text) % 2 and one_case and not text.isalpha():
            digits = all(byte in b"0123456789abcdefABCDEF" for byte in text)
            found += [(word.start(), word.end(), bytes.fromhex(text.decode()))] if digits else []
    for word in _LETTERS.finditer(data):
        text = word[0]
        if len(text) in _SIZES and not text.isalpha() and not text.isdigit():
            padded = text + b"=" * (-len(text) % 4)
            found.append(
                (
                    word.start(),
                    word.end(),
                    base64.b64decode(padded, altchars=b"-_" if {*b"-_"} & {*text} else None),
                )
            )
    return found


def _keys(raws: list[bytes]) -> np.ndarray:
    return np.array(sorted({int.from_bytes(raw[:4], "big") for raw in raws}), dtype=np.uint32)


def tokens_among(data: bytes, keys: np.ndarray) -> list[Token]:
    """Let the kernel find those that begin with one of some keys."""
    told = Sieve(words=looked_for(lambda: keys)).find(data).words
    return [token for word in told if (token := token_of(data, *word)) is not None]


@pytest.mark.parametrize("seed", range(6))
def test_the_kernel_finds_what_a_look_at_every_word_finds(seed: int) -> None:
    data = _mixed(random.Random(seed), 20_000)
    told = _by_hand(data)
    assert len(told) > 50
    found = [(one.start, one.end, one.raw) for one in tokens_among(data, _keys([raw for *_, raw in told]))]
    assert found == told
    assert [(one.start, one.end, one.raw) for one in tokens(data)] == told


@pytest.mark.parametrize("seed", range(3))
def test_only_words_whose_first_bytes_are_asked_for_come_out(seed: int) -> None:
    data = _mixed(random.Random(seed), 20_000)
    told = _by_hand(data)
    asked = _keys([raw for *_, raw in told[::7]])
    wanted = [one for one in told if int.from_bytes(one[2][:4], "big") in set(asked.tolist())]
    assert [(one.start, one.end, one.raw) for one in tokens_among(data, asked)] == wanted
    assert tokens_among(data, np.zeros(0, dtype=np.uint32)) == []


@pytest.mark.parametrize(
    "data", [b"", b"a", b"0" * 7, b"01234567", b"0123456789abcdef" * 8, b" " * 40, b"-_" * 11]
)
def test_the_borders_of_the_data_are_borders_of_words(data: bytes) -> None:
    told = _by_hand(data)
    assert [
        (one.start, one.end, one.raw) for one in tokens_among(data, _keys([raw for *_, raw in told]))
    ] == told


def test_how_a_token_is_written_is_told() -> None:
    raw = hashlib.sha1(b"an invented value", usedforsecurity=False).digest()
    forms = [
        raw.hex().upper(),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    ]
    data = " ".join(forms).encode()
    for found in (list(tokens(data)), tokens_among(data, _keys([raw]))):
        assert [one.raw for one in found] == [raw] * 3
        assert found[0].written == ("hex", (("case", "lower"),))
        assert {one.written[0] for one in found[1:]} <= {"base64", "base64url"}
