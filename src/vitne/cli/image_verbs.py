"""Options of the verbs that read firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def add(verbs: Any) -> None:
    """Add the verbs to a parser."""
    firmware = verbs.add_parser("firmware", help="say what could send in images and packages, and why")
    firmware.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE_OR_APK",
        help="APK, bundle of APKs, update (zip, payload.bin), sparse, super, ext4 or EROFS image; a folder",
    )
    firmware.add_argument("--against", metavar="OLD", help="say what is gone, new or changed since this one")
    firmware.add_argument(
        "--market", metavar="CC", help="country the build is for (default: by its properties)"
    )
    _outcome(firmware, "firmware; with --against: firmware-changes")
    match = verbs.add_parser(
        "match", help="join a case and a firmware: who was seen sending, and who is there"
    )
    match.add_argument("case", metavar="CASE", help="a case folder")
    match.add_argument("images", nargs="+", metavar="IMAGE", help="image or package, as for vitne firmware")
    _outcome(match, "match")


def _outcome(parser: argparse.ArgumentParser, schema: str) -> None:
    parser.add_argument("--json", action="store_true", help=f"print JSON (vitne schema {schema})")
    parser.add_argument("--html", metavar="FILE", help="write a page that opens offline")
    volume = parser.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", action="store_true", help="no progress")
    volume.add_argument("-v", "--verbose", action="store_true", help="list everything")
