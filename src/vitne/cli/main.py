"""The command ``vitne``: its verbs, their options, and what an exit code means.

Exit codes: 0 ran to its end, 1 a part failed inside vitne, 2 usage, 3 no input could be read,
10 findings at or above ``--fail-on``, 130 stopped by the user.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from vitne.cli import evidence_verbs, locking_verbs, maker_verbs, occasion_verbs, recipient_verbs
from vitne.cli.bounds import between

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vitne.model import VitneError

DONE, FAILED, USAGE, NO_INPUT, FOUND, STOPPED = 0, 1, 2, 3, 10, 130


class _Parser(argparse.ArgumentParser):
    """A parser whose errors say what to do next."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"vitne: {message}\n  next: {self.prog} --help\n")


def _scan_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "captures",
        nargs="+",
        metavar="CAPTURE",
        help="pcap, pcapng, HAR, flow file or session (.gz, .zst); a folder or zip; - for standard input",
    )
    parser.add_argument(
        "--subject", metavar="FILE", help="what is known of the person and the phone (vitne subject new)"
    )
    parser.add_argument(
        "--keys",
        metavar="FILE",
        action="append",
        default=[],
        help="key log (SSLKEYLOGFILE) that opens what went encrypted; keys inside a pcapng are used anyway",
    )
    parser.add_argument(
        "--apps",
        metavar="FILE",
        action="append",
        default=[],
        help="what says which app it was: a package list, /proc/net/tcp, dumpsys netstats, socket_trace.json",
    )
    parser.add_argument(
        "--secrets",
        metavar="FILE",
        help="keys and more that senders use (TOML: [[key]], [[salt]], [[alphabet]], [[plaintext]])",
    )
    parser.add_argument(
        "--sender",
        metavar="FILE",
        action="append",
        default=[],
        help="data file of a known sender beside those of vitne, such as a draft of vitne learn",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="only known values, in bytes as they stand: many times faster, and it says what it leaves out",
    )
    parser.add_argument("--case", metavar="DIR", help="write a case folder; without it nothing is written")
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        default="",
        help="day (or «capture») that tables about destinations must not be later than; the case keeps it",
    )
    _result_options(parser)


def _result_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document (vitne schema scan)")
    parser.add_argument(
        "--reveal", action="store_true", help="show values of persons; they are masked otherwise"
    )
    parser.add_argument(
        "--fail-on",
        metavar="GRADE",
        choices=("inferred", "declared", "derived", "observed"),
        help="exit with 10 when a finding has this grade or a stronger one: "
        "inferred, declared, derived, observed",
    )
    parser.add_argument(
        "--fail-on-kind",
        metavar="KIND",
        action="append",
        default=[],
        choices=("identifier", "location", "credential", "content", "attribute"),
        help="count this kind for --fail-on too (attributes do not count otherwise)",
    )
    parser.add_argument(
        "--device", metavar="D", help="only this device: link address, network address or name"
    )
    parser.add_argument(
        "-j",
        "--jobs",
        metavar="N",
        type=between(1, 100_000, int),
        help="processes side by side (default: one a core for large captures); same result",
    )
    volume = parser.add_mutually_exclusive_group()
    volume.add_argument("-q", "--quiet", action="store_true", help="no progress, one line of result")
    volume.add_argument(
        "-v", "--verbose", action="store_true", help="also gaps, oddities and attributes one by one"
    )


def build_parser(*, scan_alone: bool = False) -> argparse.ArgumentParser:
    """Make the parser of all verbs; the reference page is generated from it.

    One for ``scan`` alone is made in a tenth of the time.
    """
    parser = _Parser(
        prog="vitne",
        description="What personal data does this device send, in what form, to whom, and can you prove it?",
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    scan = verbs.add_parser("scan", help="read captures and show what personal data left, and where to")
    _scan_options(scan)
    locking_verbs.add_encrypt(scan)
    if not scan_alone:
        _other_verbs(verbs)
    return parser


def _other_verbs(verbs: Any) -> None:
    """Add all verbs but the first."""
    subject = verbs.add_parser(
        "subject", help="make or check the file of what is known of the person and the phone"
    )
    actions = subject.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    new = actions.add_parser("new", help="ask for the values, check digits as it goes, write the file")
    new.add_argument(
        "file", nargs="?", default="subject.toml", help="where to write it (default: subject.toml)"
    )
    new.add_argument("--force", action="store_true", help="replace a file that is there")
    check = actions.add_parser("check", help="check a subject file")
    check.add_argument("file", help="the file to check")
    show = verbs.add_parser("show", help="show a case, or one finding layer by layer with hex beside")
    show.add_argument("case", metavar="CASE", help="a case folder")
    show.add_argument("finding", nargs="?", metavar="FINDING", help="id of a finding (or its beginning)")
    show.add_argument(
        "--reveal", action="store_true", help="read values back from the evidence and show them"
    )
    show.add_argument(
        "--capture",
        metavar="FILE",
        action="append",
        default=[],
        help="where the capture lies now, if it was moved",
    )
    show.add_argument(
        "--keys",
        metavar="FILE",
        action="append",
        default=[],
        help="where the key log of the scan lies now, if it was moved",
    )
    show.add_argument(
        "--secrets", metavar="FILE", help="the keys of senders that the scan was given; no case holds them"
    )
    maker_verbs.add(verbs)
    occasion_verbs.add(verbs)
    schema = verbs.add_parser("schema", help="print a JSON Schema, or the names of those there are")
    schema.add_argument("name", nargs="?", metavar="NAME", help="name of the schema")
    names = verbs.add_parser(
        "list", help="list what vitne knows: identifiers, senders, protocols, recipients ..."
    )
    names.add_argument("what", choices=("identifiers", "senders", "protocols", "encodings", "recipients"))
    names.add_argument("--json", action="store_true", help="print as JSON")
    evidence_verbs.add(verbs)
    recipient_verbs.add(verbs)
    demo = verbs.add_parser("demo", help="make the demonstration capture, scan it and write a case")
    demo.add_argument("folder", nargs="?", default="demo", help="where to write it (default: demo)")
    demo.add_argument("--seed", type=int, default=2019, help="another seed, another invented phone")
    locking_verbs.add(verbs)


_MODULES = {"list": "names", "schema": "names", "lock": "locking", "unlock": "locking"}
"""Modules of verbs that do not bear their name."""


def _run(options: argparse.Namespace) -> int:
    """Run a verb; an encrypted case is opened for its time."""
    if locking_verbs.asks(options):
        from vitne.cli.locking import run_open

        return run_open(_verb(options.verb), options)
    return _verb(options.verb)(options)


def _verb(name: str) -> Callable[[argparse.Namespace], int]:
    """Load the module of a verb only when it is asked for: start-up stays quick."""
    import importlib

    module = importlib.import_module(f"vitne.cli.{_MODULES.get(name, name)}")
    run: Callable[[argparse.Namespace], int] = module.run
    return run


def main(arguments: Sequence[str] | None = None, *, start: Callable[[], None] | None = None) -> int:
    """Run one command and give its exit code; ``start`` is called before any verb is loaded."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = build_parser(scan_alone=given[:1] == ["scan"])
    options = parser.parse_args(given)
    if options.version:
        import importlib.metadata

        print("vitne", importlib.metadata.version("vitne"))
        return DONE
    if options.verb is None:
        parser.print_help()
        return USAGE
    if start is not None:
        start()
    from vitne.cli.printing import printing
    from vitne.model.errors import CaptureError, StoreError, UsageError, VitneError

    code = DONE  # stays where whoever read the output went away
    try:
        with printing():
            code = _run(options)
    except CaptureError as error:
        return _complain(error, NO_INPUT)
    except (UsageError, StoreError) as error:
        return _complain(error, USAGE if isinstance(error, UsageError) else FAILED)
    except VitneError as error:
        return _complain(error, FAILED)
    except OSError as error:
        what = f"it cannot be read or written: {error.strerror or type(error).__name__}"
        next_step = "check the path, who may use it, and the room on its disk"
        return _complain(StoreError(what, where=str(error.filename or ""), next_step=next_step), FAILED)
    except KeyboardInterrupt:
        print("vitne: stopped", file=sys.stderr)
        return STOPPED
    return code


def _complain(error: VitneError, code: int) -> int:
    from vitne.report import visible

    print("vitne: " + "\n".join(visible(line, 2000) for line in str(error).splitlines()), file=sys.stderr)
    return code


def entry() -> None:
    """Start from the command line."""
    from vitne.cli.starting import accept_all_characters, start

    accept_all_characters()
    sys.exit(main(start=start))
