"""``vitne firmware``: what could send in images and packages, and what changed against older ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.cli.main import DONE
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from vitne.firmware import Firmware


def run(options: argparse.Namespace) -> int:
    """Read, compare where asked for, and print."""
    from vitne.firmware import text as shown
    from vitne.firmware.page import page

    firmware = read(options.images, market=options.market, quiet=options.quiet or options.json)
    if not options.against:
        lines = shown.text(firmware, everything=options.verbose)
        return put(options, firmware, lines=lines, page=lambda: page(firmware))
    from vitne.firmware import against_text
    from vitne.firmware.against import changes

    older = read([options.against], market=options.market, quiet=options.quiet or options.json)
    found = changes(older, firmware)
    lines = against_text.text(found, everything=options.verbose)
    return put(options, found, lines=lines, page=lambda: against_text.page(found))


def read(images: list[str], *, market: str | None, quiet: bool) -> Firmware:
    """Read images, with the name of the file in hand on a terminal."""
    from vitne.firmware import read_images

    if market is not None and not (len(market) == 2 and market.isascii() and market.isalpha()):
        raise UsageError(f"--market {market!r} is no country", expected="two letters, such as NO or CN")
    terminal = sys.stderr.isatty() and not quiet
    firmware = read_images(images, market=market or "", progress=_progress if terminal else None)
    if terminal:
        print("\r\033[K", end="", file=sys.stderr)
    return firmware


def _progress(path: str) -> None:
    from vitne.report import visible

    print(f"\r\033[K{visible(path, 100)}", end="", file=sys.stderr, flush=True)


def put(options: argparse.Namespace, document: Any, *, lines: Iterable[str], page: Any) -> int:
    """Print as asked for: JSON or lines, and a page into a file."""
    if options.html:
        try:
            Path(options.html).write_bytes(page())
        except OSError as error:
            what = f"the page cannot be written: {error.strerror}"
            raise StoreError(what, where=options.html) from error
    if options.json:
        import msgspec

        sys.stdout.buffer.write(msgspec.json.encode(document) + b"\n")
        return DONE
    for line in lines:
        print(line)
    return DONE
