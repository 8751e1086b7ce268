"""Canonical JSON: one value, one spelling, so that a digest of it means something.

Follows RFC 8785 (JSON Canonicalization Scheme): keys in the order of their UTF-16 code units, numbers as
ECMAScript writes them, no space.  What has no safe spelling there (integers beyond 2^53, NaN, lone
surrogates) is refused: such numbers are written as text before.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

_SAFE = 1 << 53
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def canonical(value: Any) -> bytes:
    """Give the one spelling of a value; raises ValueError where it has none, TypeError for no JSON value."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError


def safe(value: Any) -> Any:
    """Give the value with integers beyond 2^53 as text, at every depth; structs of pairs become lists."""
    if isinstance(value, dict):
        return {str(key): safe(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [safe(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _SAFE:
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


def _write(value: Any, parts: list[str]) -> None:
    if value is None or isinstance(value, bool):
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        parts.append(_text(value))
    elif isinstance(value, int | float):
        parts.append(_number(value))
    elif isinstance(value, dict):
        _object(value, parts)
    elif isinstance(value, list | tuple):
        parts.append("[")
        for place, inner in enumerate(value):
            parts.append("," if place else "")
            _write(inner, parts)
        parts.append("]")
    else:
        raise TypeError(f"no JSON value: {type(value).__name__}")


def _object(value: dict[str, Any], parts: list[str]) -> None:
    parts.append("{")
    for place, key in enumerate(sorted(value, key=lambda each: each.encode("utf-16-be", "surrogatepass"))):
        parts.append("," if place else "")
        parts.append(_text(key) + ":")
        _write(value[key], parts)
    parts.append("}")


def _text(value: str) -> str:
    """Write a string (RFC 8785 section 3.2.2.2)."""
    out = ['"']
    for character in value:
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif character < " ":
            out.append(f"\\u{ord(character):04x}")
        else:
            out.append(character)
    return "".join([*out, '"'])


def _number(value: float) -> str:
    """Write a number (RFC 8785 section 3.2.2.3, ECMA-262 Number::toString)."""
    if isinstance(value, int):
        if abs(value) > _SAFE:
            raise ValueError("an integer beyond 2^53 has no canonical spelling; write it as text")
        return str(value)
    if not math.isfinite(value):
        raise ValueError("a number that is not finite has no canonical spelling")
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + int(exponent)
    head = "-" if sign else ""
    if len(text) <= point <= 21:
        return head + text + "0" * (point - len(text))
    if 0 < point <= 21:
        return f"{head}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{head}0.{'0' * -point}{text}"
    tail = f".{text[1:]}" if len(text) > 1 else ""
    power = point - 1
    return f"{head}{text[0]}{tail}e{'+' if power > 0 else '-'}{abs(power)}"
