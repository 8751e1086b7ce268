"""``vitne match``: a case beside a firmware: who was seen, who is there, who is neither."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitne.cli.firmware import put, read

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Join and print."""
    from vitne.match import match
    from vitne.match.page import page
    from vitne.match.text import text
    from vitne.store import read_case

    case = read_case(Path(options.case))
    firmware = read(options.images, market=None, quiet=options.quiet or options.json)
    found = match(case, firmware)
    return put(options, found, lines=text(found, everything=options.verbose), page=lambda: page(found))
