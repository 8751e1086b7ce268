"""Options of the verbs around events: what the device did, what it sent then, and capturing both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.cli.bounds import between

if TYPE_CHECKING:
    import argparse


def add(verbs: Any) -> None:
    """Add the verbs to a parser."""
    _triggers_options(verbs.add_parser("triggers", help="test which device events set transmissions off"))
    _events_options(verbs.add_parser("events", help="read or collect logs of what the device did"))
    _mark_options(verbs.add_parser("mark", help="write down that something was done to the phone just now"))
    _protocol_options(verbs.add_parser("protocol", help="draw, print and log a randomised trial"))
    _capture_options(verbs.add_parser("capture", help="capture live from a network interface"))
    _watch_options(verbs.add_parser("watch", help="show findings while they appear"))
    _lab_options(verbs.add_parser("lab", help="a simulated phone, router and collector on this machine"))


LONG_S = 366 * 86_400.0  # of anything that runs by the clock


def _west(parser: argparse.ArgumentParser) -> None:
    """Let ``--zone -05:00`` be a value and no option."""
    parser._negative_number_matcher = re.compile(r"-\d[\d.:]*$")  # noqa: SLF001  (argparse offers no other way)


def _triggers_options(parser: argparse.ArgumentParser) -> None:
    _west(parser)
    parser.add_argument("case", metavar="CASE", help="a case folder")
    parser.add_argument(
        "--events",
        metavar="FILE",
        nargs="+",
        required=True,
        help="logs of the device: logcat text or binary, bug report, dumpsys, iOS syslog, CSV, JSON, marks",
    )
    parser.add_argument(
        "--zone", metavar="ZONE", help="the phone's time zone where the log has none: +01:00, UTC-05:00"
    )
    parser.add_argument("--device", metavar="D", help="which device of the case the logs belong to")
    parser.add_argument(
        "--claim",
        metavar="EVENT=HOST",
        action="append",
        default=[],
        help="test only this pair, decided beforehand; may be given again",
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of the draws (default: 0)")
    parser.add_argument(
        "--capture", metavar="FILE", action="append", default=[], help="where the capture lies now"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--html", metavar="FILE", help="write a page that opens offline")
    parser.add_argument("--svg", metavar="FILE", help="write the timeline as a drawing")
    parser.add_argument("--png", metavar="FILE", help="the same as PNG")
    parser.add_argument("-v", "--verbose", action="store_true", help="also pairs without a coupling")


def _events_options(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    show = actions.add_parser("show", help="show the events of logs, and what is doubtful about them")
    _west(show)
    show.add_argument("file", nargs="+", metavar="FILE", help="a log")
    show.add_argument(
        "--near", metavar="TIME", help="a moment near to the log (RFC 3339), where lines have no year"
    )
    show.add_argument(
        "--zone", metavar="ZONE", help="the phone's time zone where the log has none: +01:00, UTC-05:00"
    )
    show.add_argument("--json", action="store_true", help="print one JSON object a line")
    collect = actions.add_parser("collect", help="read events live over adb, and compare both clocks")
    collect.add_argument("--out", metavar="DIR", default="events", help="where to write (default: events)")
    collect.add_argument("--serial", metavar="S", help="which phone, where adb knows several")
    collect.add_argument(
        "--adb", metavar="HOST:PORT", default="127.0.0.1:5037", help="where the adb server listens"
    )
    collect.add_argument(
        "--seconds", metavar="N", type=between(0, LONG_S), help="stop after so long (default: when stopped)"
    )


def _mark_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind",
        metavar="WORD",
        help="unlock, screen-on, boot, consent-given, consent-refused, setting-changed, note or another",
    )
    parser.add_argument("detail", nargs="*", default=[], metavar="DETAIL", help="in your own words")
    parser.add_argument("--file", metavar="FILE", default="marks.jsonl", help="where to add it (marks.jsonl)")


def _protocol_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stimuli",
        metavar="A,B,idle",
        default="unlock,idle",
        help="arms; idle is the sham (default: unlock,idle)",
    )
    parser.add_argument("--slots", metavar="N", type=int, default=40, help="slots in all (default: 40)")
    parser.add_argument(
        "--length", metavar="S", type=float, default=120.0, help="seconds of a slot (default: 120)"
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, help="of the order (default: a new one, written down)"
    )
    parser.add_argument(
        "--log", metavar="FILE", help="carry it out now and write what was done here (JSON Lines)"
    )
    parser.add_argument(
        "--do",
        metavar="ARM=COMMAND",
        action="append",
        default=[],
        help="run this for an arm; else you are told",
    )
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def _capture_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-i", "--interface", metavar="IFACE", required=True, help="network interface")
    parser.add_argument("--case", metavar="DIR", help="scan what was captured at the end, and write a case")
    parser.add_argument("--out", metavar="DIR", help="folder of the capture files (default: beside the case)")
    parser.add_argument(
        "--file-size",
        metavar="MB",
        type=between(0.01, 1e6),
        default=64.0,
        help="size of a file (default: 64)",
    )
    parser.add_argument(
        "--file-seconds",
        metavar="S",
        type=between(0.1, LONG_S),
        default=3600.0,
        help="length of a file (3600)",
    )
    parser.add_argument(
        "--files",
        metavar="N",
        type=between(0, 1e6, int),
        default=0,
        help="keep the last N files only (0: all)",
    )
    parser.add_argument(
        "--buffer",
        metavar="MB",
        type=between(4, 4000, int),
        default=64,
        help="memory of the ring (default: 64)",
    )
    parser.add_argument(
        "--snap",
        metavar="BYTES",
        type=between(64, 262_144, int),
        default=262_144,
        help="most bytes of a frame",
    )
    parser.add_argument(
        "--seconds", metavar="S", type=between(0, LONG_S), help="stop after so long (default: when stopped)"
    )
    parser.add_argument("--subject", metavar="FILE", help="subject file for the scan at the end")


def _watch_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", metavar="IFACE|-", help="network interface, or - for a capture on standard input"
    )
    parser.add_argument("--subject", metavar="FILE", help="what is known of the person and the phone")
    parser.add_argument(
        "--every",
        metavar="S",
        type=between(0.1, 3600),
        default=5.0,
        help="seconds between looks (default: 5)",
    )
    parser.add_argument(
        "--keep", metavar="DIR", help="keep the capture files here (default: only the last two)"
    )
    parser.add_argument(
        "--seconds", metavar="S", type=between(0, LONG_S), help="stop after so long (default: when stopped)"
    )
    parser.add_argument(
        "--reveal", action="store_true", help="show values of persons; they are masked otherwise"
    )


def _lab_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default="lab", help="where capture, event log and truth go")
    parser.add_argument("--seed", metavar="N", type=int, default=2019, help="another seed, another day")
    parser.add_argument("--plan", metavar="FILE", help="a day plan (TOML); by default one is drawn")
    parser.add_argument(
        "--speed",
        metavar="X",
        type=between(1, 5000),
        default=60.0,
        help="phone seconds a second (default: 60)",
    )
    parser.add_argument(
        "--hours",
        metavar="H",
        type=between(0.1, 240),
        default=6.0,
        help="length of a drawn day (default: 6)",
    )
    parser.add_argument(
        "--answer",
        choices=("accept", "refuse", "silent", "slow", "reset"),
        default="refuse",
        help="how the collector answers the registration (default: refuse)",
    )
    parser.add_argument("--senders", metavar="A,B", help="which senders run (default: all that need no more)")
