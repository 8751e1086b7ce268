"""Regular expressions that were compiled when vitne was built: a start need not compile hundreds again.

Python compiles a pattern to numbers, in Python, and gives them to its engine, which checks them.  The numbers
of the same pattern with the same flags are the same under the same Python, so they may be kept, as Python
keeps the byte code of modules.  Where anything is not as expected, patterns are compiled as ever.
"""

from __future__ import annotations

import importlib
import marshal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re

PLACE = Path(__file__).parent.parent / "data" / f"compiled.{sys.implementation.cache_tag}.patterns"
Known = dict[tuple[str | bytes, int], tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]]
"""What the engine is given besides the pattern, by pattern and flags asked for; its numbers as bytes."""


def engine_mark() -> str:
    """Give what tells one engine from another: numbers hold for the very same one alone."""
    return f"{sys.version} {sys.byteorder} {importlib.import_module('_sre').MAGIC}"


def table(data: bytes) -> list[Known] | None:
    """Read what was kept: a table of texts and one of bytes; None where it is not for this Python."""
    try:
        mark, *tables = marshal.loads(data)  # noqa: S302  (beside our own code, and as trusted as it is)
    except (EOFError, ValueError, TypeError):
        return None
    return tables if mark == engine_mark() else None


def use(place: Path = PLACE) -> bool:
    """Let patterns that were kept be taken from there from now on; say whether there are any."""
    try:
        tables = table(place.read_bytes())
        compiler: Any = importlib.import_module("re._compiler")
        engine: Any = importlib.import_module("_sre")
    except (OSError, ImportError):
        return False
    if tables is None:
        return False
    texts, bytes_ = tables
    fresh = compiler.compile

    def compile_(pattern: Any, flags: int = 0) -> re.Pattern[Any]:
        """Take a pattern that was kept, or compile it."""
        kind = type(pattern)
        known = texts if kind is str else bytes_ if kind is bytes else {}
        kept = known.get((pattern, int(flags)))
        if kept is None:
            return fresh(pattern, flags)  # type: ignore[no-any-return]
        told, numbers, groups, names, rows = kept
        return engine.compile(  # type: ignore[no-any-return]
            pattern, told, memoryview(numbers).cast("I").tolist(), groups, names, rows
        )

    compiler.compile = compile_
    return True
