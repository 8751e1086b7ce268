"""Standard output: a reader that goes away is no failure, a full disk is told, any character is printed."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vitne.model.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


def accept_all_characters() -> None:
    """Write what the encoding of standard output lacks as an escape: a table is no reason to stop."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def printing() -> Iterator[None]:
    """Print inside: quiet where the reader went away; raises StoreError where nothing can be written."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_the_rest()
    except OSError as error:
        if error.filename is not None:
            raise  # not of the output
        _drop_the_rest()
        raise StoreError(
            f"the output cannot be written: {error.strerror or type(error).__name__}",
            where="standard output",
            next_step="make room, or print to another place",
        ) from error


def _drop_the_rest() -> None:
    """Let what is still buffered go nowhere: its writing at the end of the program would fail once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
