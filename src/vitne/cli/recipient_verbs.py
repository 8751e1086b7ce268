"""Options of the verbs about recipients: tables, attribution, destinations, what one can learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.cli.bounds import between

if TYPE_CHECKING:
    import argparse


def add(verbs: Any) -> None:
    """Add the verbs to a parser."""
    _data_options(verbs.add_parser("data", help="list the dated tables at hand, or add one"))
    _attribute_options(
        verbs.add_parser("attribute", help="say of each destination what is known of it, fact by fact")
    )
    _destinations_options(
        verbs.add_parser("destinations", help="list who got data, how far it came, and how often")
    )
    _recipient_options(
        verbs.add_parser("recipient", help="say what one recipient can learn from what it got")
    )


def _data_options(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    add_one = actions.add_parser("add", help="take in a table that was fetched by hand")
    add_one.add_argument("file", metavar="FILE", help="a package of the npm client, or a bare table")
    add_one.add_argument("--name", metavar="NAME", default="", help="name of its series")
    add_one.add_argument("--date", metavar="DAY", default="", help="day of the data, where it tells none")
    add_one.add_argument(
        "--fetched-on",
        metavar="DAY",
        default="",
        help="day it was fetched: stands where nothing else tells a day",
    )
    add_one.add_argument("--licence", metavar="WORDS", default="", help="its licence, where it is not known")
    add_one.add_argument(
        "--basis",
        choices=("registry", "geo"),
        default="",
        help="of a table of countries: from a register, or from geolocation",
    )
    add_one.add_argument("--into", metavar="DIR", help="another folder than the user's own")
    actions.add_parser("packages", help="print the packages that tables can be made from, one a line")
    look = actions.add_parser("look", help="look an address, a prefix or a name up in the tables at hand")
    look.add_argument("word", metavar="WORD", help="an address, a host name, a hardware address or digits")


def _shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE", help="a case folder")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        default="",
        help="tables not later than this day, or «capture» for the day of the capture (default: the latest)",
    )
    parser.add_argument(
        "--capture", metavar="FILE", action="append", default=[], help="where the capture lies now"
    )


def _attribute_options(parser: argparse.ArgumentParser) -> None:
    _shared(parser)
    parser.add_argument(
        "--vantage",
        metavar="LAT,LON",
        default="",
        help="where the capture was made, in degrees: times of handshakes then refute countries",
    )
    parser.add_argument(
        "--answered-near",
        action="store_true",
        help="a VPN, proxy or NAT box answers handshakes: their times prove nothing",
    )
    parser.add_argument(
        "--online",
        action="store_true",
        help="ask registers and name servers; each query is announced and can tip off whoever runs a server",
    )
    parser.add_argument("--yes", action="store_true", help="send the queries without asking first")
    parser.add_argument(
        "--certificates",
        action="store_true",
        help="with --online: also fetch certificates, which touches the servers themselves",
    )
    parser.add_argument(
        "--resolver",
        metavar="ADDRESS",
        default="",
        help="with --online: name server to ask (default: the system's)",
    )
    parser.add_argument(
        "--bootstrap",
        metavar="FILE",
        default="",
        help="with --online: where registers are asked (JSON; default: IANA's)",
    )
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="only this host or address"
    )


def _destinations_options(parser: argparse.ArgumentParser) -> None:
    _shared(parser)
    parser.add_argument("--svg", metavar="FILE", default="", help="also write the flow diagram and its text")
    parser.add_argument("--png", metavar="FILE", default="", help="the same as PNG")
    parser.add_argument(
        "--map",
        metavar="FILE",
        default="",
        help="also write a map of the world and its text; as PNG where the name ends in .png",
    )


def _recipient_options(parser: argparse.ArgumentParser) -> None:
    _shared(parser)
    parser.add_argument("name", metavar="NAME", help="id or name of a recipient, a domain or an address")
    parser.add_argument(
        "--subject", metavar="FILE", help="what is known of the person: hashes are then reversed to prove it"
    )
    parser.add_argument(
        "--cells", metavar="FILE", help="positions of cells (CSV: cell,lat,lon,range or an OpenCelliD table)"
    )
    parser.add_argument(
        "--track", metavar="FILE", help="where the phone was (CSV: time,lat,lon), to measure the error by"
    )
    parser.add_argument(
        "--graph", metavar="FILE", default="", help="also draw who holds which value (SVG or .png) and text"
    )
    parser.add_argument(
        "--svg", metavar="FILE", default="", help="also write the track as a picture and text"
    )
    parser.add_argument("--png", metavar="FILE", default="", help="the same as PNG")
    parser.add_argument(
        "--zone", metavar="HOURS", default="0", help="time zone for nights and workdays, as +1"
    )
    parser.add_argument(
        "--speed",
        metavar="M_PER_S",
        type=between(0, 1000),
        default=1.4,
        help="how fast the phone moves at most",
    )
    parser.add_argument("--reveal", action="store_true", help="show values; they are masked otherwise")
