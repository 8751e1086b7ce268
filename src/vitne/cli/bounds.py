"""Numbers on a command line, each with the bounds within which it makes sense."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def between(least: float, most: float, kind: type[int | float] = float) -> Callable[[str], Any]:
    """Give a reader of numbers from one bound to another, both included.

    The reader raises ``argparse.ArgumentTypeError`` for a number outside, and ``ValueError`` for no number.
    """

    def read(text: str) -> Any:
        value = kind(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not between {least:g} and {most:g}")
        return value

    read.__name__ = "number"  # what argparse calls it where the text is none
    return read
