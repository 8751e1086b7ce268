"""Where tables go: plainly where nobody sees colours, to the library of terminals else."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from vitne.report.formats.laid import Plain

if TYPE_CHECKING:
    from vitne.cli.terminal import Terminal

_ASKED = ("FORCE_COLOR", "TTY_COMPATIBLE")  # variables by which colours are asked for where no terminal is
_NARROW = 64  # columns below which columns of tables are squeezed as the library does it
_WIDTH = 80  # columns where nothing tells


def console() -> Plain | Terminal:
    """Give what to print on."""
    out, width = sys.stdout, _columns()
    told = sys.platform != "win32" and not any(name in os.environ for name in _ASKED)
    if told and not out.isatty() and width >= _NARROW and (out.encoding or "").lower().startswith("utf"):
        return Plain(out, width)
    from vitne.cli.terminal import Terminal  # takes as long to load as a small scan

    return Terminal()


def _columns() -> int:
    """Give the columns of the terminal that this process has, whichever of its streams that is."""
    named = os.environ.get("COLUMNS", "")
    if named.isdigit():
        return int(named)
    for stream in range(3):
        try:
            return os.get_terminal_size(stream).columns or _WIDTH
        except (OSError, ValueError):  # it is no terminal
            continue
    return _WIDTH
