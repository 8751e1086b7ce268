"""The closed pattern language of the data files: what may stand in a `pattern` and what may not.

Patterns are read by the standard library's engine, which backtracks.  To keep the time per byte bounded
whatever a capture holds, a pattern may not look around, refer back, or repeat without a bound, and a repeated
group of open width has to end with a separator.
"""

from __future__ import annotations

import re
from functools import lru_cache

_UNBOUNDED = re.compile(r"(?:[^\\]|^)(?:\\\\)*[*+]|\{\d*,\}")
_LOOKS = re.compile(r"\(\?(?:[=!]|<[=!]|P=|\()|\\[1-9]")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_BOUND = re.compile(r"\{(?:\d*,)?(\d+)\}")
_REPEATED_GROUP = re.compile(r"\((?:\?:)?([^()]*)\)\{")
_DELIMITED = re.compile(r"\\[.:,;/@\-]$")
_OPEN_WIDTH = re.compile(r"\{\d*,\d+\}|\?")

MOST_REPEATS = 4096


def complaint(pattern: str) -> str:
    """Say what in a pattern the language does not allow, or give ""."""
    plain = _CLASS.sub("c", pattern)
    if _LOOKS.search(plain):
        return "look-around, conditions and back-references are not allowed"
    if _UNBOUNDED.search(plain):
        return "every repetition needs an upper bound: write {0,64}, not * or +"
    if any(int(most) > MOST_REPEATS for most in _BOUND.findall(plain)):
        return f"a repetition may not exceed {MOST_REPEATS}"
    for inner in _REPEATED_GROUP.findall(plain):
        if _OPEN_WIDTH.search(inner) and not _DELIMITED.search(inner):
            return "a repeated group of open width has to end with an escaped separator"
    try:
        compiled = re.compile(pattern.encode("utf-8"))
    except (re.error, UnicodeEncodeError) as error:
        return f"not a regular expression: {error}"
    if compiled.fullmatch(b"") is not None:
        return "the pattern matches nothing at all"
    return ""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[bytes]:
    """Give the byte pattern; the data files were checked, so this does not fail on them."""
    return re.compile(pattern.encode("utf-8"))
