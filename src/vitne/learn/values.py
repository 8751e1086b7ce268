"""How one value reads: as a time, as a number, as bytes that say nothing, and what shape it has."""

from __future__ import annotations

import re
from calendar import timegm
from collections import Counter
from math import log2
from time import strptime

_WRITTEN = re.compile(rb"(\d{4})-(\d\d)-(\d\d)[T _](\d\d):(\d\d):(\d\d)")
_COMPACT = re.compile(rb"20\d{12}(?:\d{3})?")
_NUMBER = re.compile(rb"-?\d{1,19}")
_SCALES = ((10, 10**9), (13, 10**6), (16, 10**3), (19, 1))
"""Digits of a count of seconds, milliseconds, microseconds and nanoseconds since 1970, and its unit."""
_DENSE = 3.0
"""Bits a byte above which short binary data says nothing to a reader."""
_SHAPES = (
    (re.compile(rb"[0-9]+"), "[0-9]"),
    (re.compile(rb"[0-9a-f]+"), "[0-9a-f]"),
    (re.compile(rb"[0-9A-F]+"), "[0-9A-F]"),
    (re.compile(rb"[0-9a-fA-F]+"), "[0-9a-fA-F]"),
)
_WHOLE = (
    (re.compile(rb"(?i)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"), "(?i)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}"),
    (
        re.compile(rb"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
        "(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    ),
)


def as_time(value: bytes) -> int | None:
    """Give the nanoseconds since 1970 that a value may stand for, by its form; None for another form."""
    text = value.strip()
    found = _WRITTEN.match(text)
    if found:
        return _written(b"-".join(found.groups()), "%Y-%m-%d-%H-%M-%S")
    if _COMPACT.fullmatch(text):
        return _written(text[:14], "%Y%m%d%H%M%S")
    if text.isdigit():
        for digits, unit in _SCALES:
            if len(text) == digits and text[:1] in b"12":
                return int(text) * unit
    return None


def _written(text: bytes, form: str) -> int | None:
    try:
        return timegm(strptime(text.decode("ascii"), form)) * 10**9
    except ValueError:
        return None


def as_number(value: bytes) -> int | None:
    """Give the whole number that a value is, written in digits; None for another form."""
    text = value.strip()
    return int(text) if _NUMBER.fullmatch(text) else None


def opaque(value: bytes) -> bool:
    """Say whether a value is bytes that no reader sees anything in."""
    if len(value) < 8:
        return False
    try:
        if value.decode("utf-8").isprintable():
            return False
    except UnicodeDecodeError:
        return density(value) >= min(_DENSE, log2(len(value)) - 0.5)
    return False


def density(value: bytes) -> float:
    """Give the entropy of the bytes of a value, in bits a byte."""
    if not value:
        return 0.0
    counts = Counter(value)
    return -sum(count / len(value) * log2(count / len(value)) for count in counts.values())


def pattern_of(values: list[bytes]) -> str:
    """Give a pattern that all values fit and few others; "" where there is none."""
    if not values:
        return ""
    for whole, text in _WHOLE:
        if all(whole.fullmatch(value) for value in values):
            return text
    low, high = min(map(len, values)), max(map(len, values))
    if high > 64 or low < 6:
        return ""
    for letters, text in _SHAPES:
        if all(letters.fullmatch(value) for value in values):
            return f"{text}{{{low}}}" if low == high else f"{text}{{{low},{high}}}"
    return ""


def shape_of(values: list[bytes]) -> str:
    """Say in words what all values look like, without saying one."""
    if not values:
        return "empty"
    low, high = min(map(len, values)), max(map(len, values))
    length = f"{low}" if low == high else f"{low} to {high}"
    names = (("digits", rb"[0-9]+"), ("hexadecimal digits", rb"[0-9a-fA-F]+"), ("letters", rb"[A-Za-z]+"))
    for name, text in names:
        if all(re.fullmatch(text, value) for value in values):
            return f"{length} {name}"
    if any(opaque(value) for value in values):
        return f"{length} bytes that say nothing"
    return f"{length} characters"
