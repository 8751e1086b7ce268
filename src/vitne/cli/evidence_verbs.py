"""The verbs that make evidence of a case: their options.  Light, since every start of vitne reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

AUDIENCES = ("owner", "press", "authority", "maker", "lab")
FORMATS = ("html", "md", "json", "csv", "docx", "pdf", "typ")
LANGUAGES = ("en", "nb", "fi", "de")
EXPORTS = ("har", "slices", "timesketch", "timesketch-csv", "stix", "case-uco", "geojson", "parquet")


def add(verbs: Any) -> None:
    """Add the verbs to the parser."""
    _seal(verbs.add_parser("seal", help="put a case and its raw captures into one signed bag"))
    _verify(verbs.add_parser("verify", help="check a bag offline, and derive every finding again"))
    challenge = verbs.add_parser("challenge", help="argue for the other side: what else could explain a case")
    challenge.add_argument("case", metavar="BAG", help="a sealed bag, or a case folder")
    challenge.add_argument("--json", action="store_true", help="print as JSON")
    _place(challenge)
    _captures(challenge)
    _report(verbs.add_parser("report", help="write a report of a case for one kind of reader"))
    _export(verbs.add_parser("export", help="write a case in a format that other programs open"))
    _redact(verbs.add_parser("redact", help="make a bag in which every value of a person is replaced"))
    wipe = verbs.add_parser("wipe", help="destroy a case, and leave a note of what was destroyed")
    wipe.add_argument("case", metavar="CASE", help="a case folder, a bag, or an encrypted case")
    wipe.add_argument("--yes", action="store_true", help="do not ask")
    wipe.add_argument("--due", action="store_true", help="only if its retention date has passed")


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--vantage",
        metavar="LAT,LON",
        default="",
        help="where the capture was made: countries that light could not have reached are refuted",
    )


def _captures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--capture",
        metavar="FILE",
        action="append",
        default=[],
        help="where the capture lies now, if it was moved",
    )
    parser.add_argument(
        "--keys",
        metavar="FILE",
        action="append",
        default=[],
        help="where the key log of the scan lies now, if it was moved",
    )


def _seal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", help="a case folder")
    parser.add_argument("bag", nargs="?", metavar="BAG", help="where to write the bag (default: CASE.bag)")
    parser.add_argument(
        "--key",
        metavar="FILE",
        help="Ed25519 private key in PEM; without it one is made for this bag and kept beside it",
    )
    parser.add_argument(
        "--timestamp",
        metavar="URL",
        action="append",
        default=[],
        help="ask this authority for a timestamp (RFC 3161); only a digest leaves; may be given often",
    )
    parser.add_argument(
        "--subject", metavar="FILE", help="the subject file of the scan, sealed to --values-for"
    )
    parser.add_argument(
        "--values-for",
        metavar="RECIPIENT",
        action="append",
        default=[],
        help="age recipient (age1...) that alone can open the subject file in the bag",
    )
    parser.add_argument(
        "--events",
        metavar="FILE",
        action="append",
        default=[],
        help="where a log of vitne triggers lies now, if it was moved",
    )
    _place(parser)
    parser.add_argument("--retain-until", metavar="DATE", help="day after which the case is to be destroyed")
    parser.add_argument(
        "--encrypt",
        metavar="RECIPIENT",
        action="append",
        default=[],
        help="write the bag as one file that this age recipient opens; - asks for a passphrase",
    )
    _captures(parser)


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bag", metavar="BAG", help="a sealed bag (a folder, or an encrypted file)")
    parser.add_argument("--subject", metavar="FILE", help="the known values, to check these as well")
    parser.add_argument(
        "--identity", metavar="FILE", help="age identity that opens the sealed values or the bag"
    )
    parser.add_argument("--secrets", metavar="FILE", help="the secrets file of the scan, if it had one")
    parser.add_argument("--signer", metavar="ID", help="id of the key that should have signed")
    parser.add_argument(
        "--tsa-root", metavar="FILE", action="append", default=[], help="trusted root of a timestamp (PEM)"
    )
    parser.add_argument("--outer", action="store_true", help="check digests and signatures only")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("-q", "--quiet", action="store_true", help="print what does not hold, and the result")


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", help="a case folder or a bag")
    parser.add_argument(
        "--for", dest="audience", metavar="READER", choices=AUDIENCES, default="owner",
        help="who reads it: " + ", ".join(AUDIENCES),
    )  # fmt: skip
    parser.add_argument(
        "--format", metavar="FORMAT", choices=FORMATS, default="html", help=", ".join(FORMATS)
    )
    parser.add_argument("--language", metavar="L", choices=LANGUAGES, default="en", help=", ".join(LANGUAGES))
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: standard output)")
    parser.add_argument(
        "--country", metavar="CC", help="where the owner lives (NO, DE-NW): picks the authority"
    )
    parser.add_argument(
        "--letter", metavar="WHICH", choices=("complaint", "access", "reply"),
        help="a draft letter instead: complaint (Art. 77), access (Art. 15), reply (right of reply)",
    )  # fmt: skip
    parser.add_argument(
        "--reveal", action="store_true", help="show values of persons; they are masked otherwise"
    )
    parser.add_argument("--subject", metavar="FILE", help="the subject file of the scan, for --reveal")
    parser.add_argument("--secrets", metavar="FILE", help="the secrets file of the scan, for --reveal")
    _readers(parser)
    _place(parser)
    _captures(parser)


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", help="a case folder or a bag")
    parser.add_argument("--format", metavar="FORMAT", choices=EXPORTS, required=True, help=", ".join(EXPORTS))
    parser.add_argument("-o", "--output", metavar="PATH", required=True, help="file or folder to write")
    parser.add_argument(
        "--reveal", action="store_true", help="HAR and slices hold values; say that it is meant"
    )
    parser.add_argument(
        "--subject", metavar="FILE", help="the subject file of the scan, for coordinates with --reveal"
    )
    _readers(parser)
    _captures(parser)


def _readers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--encrypt",
        metavar="RECIPIENT",
        action="append",
        default=[],
        help="write what --reveal shows as an age file that this recipient opens; - asks for a passphrase; "
        "of an encrypted case it is encrypted like the case",
    )


def _redact(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", help="a case folder or a bag")
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="where to write (default: CASE.redacted)")
    parser.add_argument("--subject", metavar="FILE", help="the subject file of the scan")
    parser.add_argument(
        "--secret", metavar="FILE", help="secret of the replacement; one is made beside it without"
    )
    parser.add_argument("--shift-times", action="store_true", help="shift all times by a secret constant")
    parser.add_argument("--secrets", metavar="FILE", help="the secrets file of the scan: keys of senders")
    _captures(parser)
