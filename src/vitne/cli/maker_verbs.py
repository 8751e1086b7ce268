"""Options of the verbs that compare, learn and decide: for makers, and for whoever checks on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.cli import image_verbs
from vitne.cli.bounds import between

if TYPE_CHECKING:
    import argparse


def add(verbs: Any) -> None:
    """Add the verbs to a parser."""
    _compare_options(verbs.add_parser("compare", help="say what changed between two halves of captures"))
    _gate_options(verbs.add_parser("gate", help="judge captures by a policy: what may go to whom"))
    _fleet_options(
        verbs.add_parser("fleet", help="work through many devices; say what senders have in common")
    )
    plan = verbs.add_parser("plan", help="plan runs that tell more than runs at random")
    plans = plan.add_subparsers(dest="plan", metavar="WHAT", required=True, parser_class=type(plan))
    _plan_options(
        plans.add_parser("identities", help="which run has which identity, so that fields name theirs")
    )
    _learn_options(verbs.add_parser("learn", help="learn what the fields of an unknown sender are"))
    image_verbs.add(verbs)


def _compare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "captures",
        nargs="+",
        metavar="BEFORE AFTER",
        help="two halves, each a capture, a case, a folder of either, or a pattern in quotes",
    )
    parser.add_argument(
        "--subject",
        metavar="FILE",
        action="append",
        default=[],
        help="what is known of person and phone; with --by identity one for each run, or two that take turns",
    )
    parser.add_argument("--keys", metavar="FILE", action="append", default=[], help="key log of the captures")
    parser.add_argument("--device", metavar="D", help="only this device, by address or name")
    parser.add_argument(
        "--by",
        choices=("identity",),
        help="runs A B [A B ...] with different identities instead of two halves: which one moves each field",
    )
    parser.add_argument(
        "--schedule", metavar="FILE", help="with --by identity: which run has which identity (vitne plan)"
    )
    parser.add_argument(
        "--level", metavar="P", type=float, default=0.05, help="a difference counts below this (0.05)"
    )
    parser.add_argument(
        "--set-aside",
        metavar="RECIPIENT",
        action="append",
        default=[],
        help="leave unreadable traffic to this recipient out of account; the result says so",
    )
    parser.add_argument("--event", metavar="KIND", help="count by this kind of device event, such as boot")
    for half in ("before", "after"):
        parser.add_argument(
            f"--events-{half}", metavar="FILE", action="append", default=[], help=f"device's log of {half}"
        )
    parser.add_argument("--zone", metavar="ZONE", help="time zone of logs that have none: +01:00")
    parser.add_argument("--json", action="store_true", help="print one JSON document (vitne schema compare)")
    parser.add_argument("--html", metavar="FILE", help="write a page that opens offline")
    parser.add_argument("-v", "--verbose", action="store_true", help="also list attributes")


def _gate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "captures", nargs="+", metavar="CAPTURE", help="captures, as for vitne scan, or cases"
    )
    parser.add_argument("--policy", metavar="FILE", required=True, help="policy (TOML): what may go to whom")
    parser.add_argument(
        "--baseline", metavar="CASE", help="results that this case has too are known, and do not fail"
    )
    parser.add_argument("--subject", metavar="FILE", help="what is known of person and phone")
    parser.add_argument("--keys", metavar="FILE", action="append", default=[], help="key log of the captures")
    parser.add_argument("--device", metavar="D", help="only this device, by address or name")
    parser.add_argument("--case", metavar="DIR", help="write the case folder of the scan, too")
    parser.add_argument(
        "--events",
        metavar="FILE",
        action="append",
        default=[],
        help="log of the device, for triggers of the policy",
    )
    parser.add_argument("--zone", metavar="ZONE", help="time zone of logs that have none: +01:00")
    parser.add_argument("--sarif", metavar="FILE", help="write SARIF 2.1.0 (- for standard output)")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML (- for standard output)")
    parser.add_argument("--markdown", metavar="FILE", help="write a summary (- for standard output)")
    parser.add_argument(
        "--today", metavar="DATE", help="judge waivers as of this day (YYYY-MM-DD; default: today)"
    )


def _learn_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", help="a case folder; its captures are read again")
    parser.add_argument(
        "--host", metavar="H", required=True, help="host or address of the sender, or a pattern in quotes"
    )
    parser.add_argument("--draft", metavar="FILE", help="write a known sender's data file (ID.toml)")
    parser.add_argument("--json", action="store_true", help="print one JSON document (vitne schema learn)")
    parser.add_argument(
        "--capture", metavar="FILE", action="append", default=[], help="where the capture lies now, if moved"
    )
    parser.add_argument(
        "--keys", metavar="FILE", action="append", default=[], help="where the key log lies now, if moved"
    )


def _plan_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "identifiers", nargs="*", metavar="NAME", help="identifiers that take two values, such as imei"
    )
    parser.add_argument(
        "--subject",
        metavar="FILE",
        action="append",
        default=[],
        help="two subject files, A and B: what differs between them takes two values",
    )
    parser.add_argument(
        "--words", metavar="N", type=int, help="identities (default: so that pairs are told apart)"
    )
    parser.add_argument("--repeats", metavar="N", type=int, default=2, help="runs of each identity (2)")
    parser.add_argument(
        "--schedule", metavar="FILE", help="write the schedule for vitne compare --by identity"
    )
    parser.add_argument("--json", action="store_true", help="print as JSON")


def _fleet_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "manifest",
        metavar="MANIFEST",
        help="table (.csv, .tsv) with a column capture and what is known of each device; a folder; a "
        "pattern; or one of them as an address s3://BUCKET/KEY",
    )
    parser.add_argument("--out", metavar="DIR", required=True, help="where results and the dataset go")
    parser.add_argument("--subject", metavar="FILE", help="what is known of all devices alike")
    parser.add_argument("--keys", metavar="FILE", action="append", default=[], help="key log of the captures")
    parser.add_argument(
        "--sender", metavar="FILE", action="append", default=[], help="data file of a known sender"
    )
    parser.add_argument(
        "--partition", metavar="COLUMN", help="column that parts the dataset (default: build)"
    )
    parser.add_argument(
        "--fixed",
        metavar="BUILD",
        action="append",
        default=[],
        help="a build that is said to be fixed: how many run one, and how many of them still send",
    )
    parser.add_argument(
        "--engine",
        metavar="NAME",
        default="local",
        help="what shares the work out: local, or the Dask scheduler dask://HOST:PORT",
    )
    parser.add_argument(
        "--patience",
        metavar="S",
        type=between(0, 86_400),
        default=300.0,
        help="seconds without an answer of an object store or a scheduler before it is given up (300)",
    )
    parser.add_argument(
        "-j", "--jobs", metavar="N", type=between(1, 100_000, int), help="processes (default: one a core)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document (vitne schema fleet)")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")
