"""Standard output: a reader that goes away is no failure, a full disk is told, any character is printed."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vitne.model.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


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
        why = error.strerror or type(error).__name__
        if error.errno in _FULL and _has_room():
            raise StoreError(
                f"a file cannot be written: {why}", next_step="make room where the files of this command go"
            ) from error
        _drop_the_rest()
        raise StoreError(
            f"the output cannot be written: {why}",
            where="standard output",
            next_step="make room, or print to another place",
        ) from error


def _has_room() -> bool:
    """Say whether standard output cannot be what is full: a terminal, a pipe, a file with room behind."""
    try:
        handle = sys.stdout.fileno()
        mode = os.fstat(handle).st_mode
        if stat.S_ISREG(mode):
            return os.fstatvfs(handle).f_bavail > 0
        return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(handle)
    except (AttributeError, OSError, ValueError):  # it is closed, or no file at all
        return True


def _drop_the_rest() -> None:
    """Let what is still buffered go nowhere: its writing at the end of the program would fail once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
