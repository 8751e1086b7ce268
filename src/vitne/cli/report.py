"""``vitne report``: one frozen findings document, told to one kind of reader, in one format."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.cli import custody
from vitne.cli.beside import beside, held, revealed
from vitne.cli.revealing import readers
from vitne.evidence.canonical import canonical
from vitne.model import StoreError, VitneError

if TYPE_CHECKING:
    import argparse

    from vitne.model import Finding
    from vitne.report.blocks import Page
    from vitne.report.facts import Facts
    from vitne.store import Case

_BYTES = 4096


def run(options: argparse.Namespace) -> int:
    """Write the report."""
    from vitne.catalog.messages import messages
    from vitne.report.facts import Facts
    from vitne.report.frozen import freeze

    case = custody.open_case(options.case)
    around = beside(options.case, case, captures=options.capture, vantage=options.vantage)
    to = readers(options)
    if options.reveal:
        case = revealed(options, case)
        around = msgspec.structs.replace(around, revealed=True)
        custody.note(options.case, "report", {"for": options.audience, "values": True})
    document = freeze(case, around)
    data: bytes
    if options.format == "json":
        data = canonical(document) + b"\n"
    elif options.format == "csv":
        from vitne.report.formats.spreadsheet import render

        data = render(document)
    else:
        facts = Facts(document, messages(options.language))
        data = rendered(_page(options, facts, case), options.format, canonical(document))
    output = options.output and to.named(options.output)
    binary = to.any or options.format in {"pdf", "docx"}
    _write(to.closed(data), output, private=options.reveal, binary=binary)
    if to.any and output:
        print(f"Encrypted: {output} (age -d opens it)", file=sys.stderr)
    return 0


def _page(options: argparse.Namespace, facts: Facts, case: Case) -> Page:
    from vitne.encodings import encodings
    from vitne.report.audiences import Setting, page

    packets = packets_of(options, facts, case) if options.audience == "lab" and not options.letter else {}
    setting = Setting(
        country=(options.country or "").upper(),
        letter=options.letter or "",
        encodings=tuple(sorted(encodings())),
        packets=packets,
        custody=held(options.case),
    )
    return page(options.audience, facts, setting)


def rendered(page: Page, form: str, document: bytes) -> bytes:
    """Give a page in a format; ``document`` travels inside a PDF."""
    if form == "pdf":
        from vitne.report.formats import typst

        return typst.render(page, document)
    import importlib

    names = {"html": "webpage", "md": "markdown", "docx": "docx"}
    if form == "typ":
        from vitne.report.formats import typst

        return typst.source(page)
    made: bytes = importlib.import_module(f"vitne.report.formats.{names[form]}").render(page)
    return made


def packets_of(options: argparse.Namespace, facts: Facts, case: Case) -> dict[str, Any]:
    """Read the layers of the first findings back from the captures, values covered; else {}."""
    from vitne.report.audiences.lab import in_packets

    by_id = {one.id: one for one in case.findings}
    chosen, _ = in_packets(facts)
    packets = {}
    try:
        given = custody.originals(options.case, case, options.capture)
        keys = custody.key_logs(options.case, case, options.keys)
        for id_ in chosen:
            packets[id_] = _layers(case, by_id[id_], given, keys, cover=not options.reveal)
    except VitneError as error:
        print(f"vitne: packets are left out of the annex: {error}", file=sys.stderr)
    return packets


def _layers(
    case: Case, finding: Finding, given: list[str], keys: list[str], *, cover: bool
) -> list[dict[str, str]]:
    """Give the layers of one finding as hex beside text; ``cover`` hides values of persons."""
    from vitne.pipeline.replay import replay
    from vitne.report.formats.hexview import rows, terminal

    place = (finding.flow, finding.message_frames)
    siblings = [o for o in case.findings if o.id != finding.id and (o.flow, o.message_frames) == place]
    paths = [layer["path"] for layer in finding.layers]
    return [
        {
            "codec": step.codec,
            "path": paths[n] if n < len(paths) else "",
            "text": terminal(
                rows(
                    step.outer[:_BYTES],
                    marked=(step.value_start - step.outer_from, step.value_end - step.outer_from),
                    hidden=[
                        (low - step.outer_from, high - step.outer_from) for low, high in step.hidden if cover
                    ],
                    base=step.outer_from,
                    context=1,
                )
            ).plain,
        }
        for n, step in enumerate(replay(given, finding, siblings, keys=keys).steps)
    ]


def _write(data: bytes, output: str | None, *, binary: bool, private: bool = False) -> None:
    if output is None or output == "-":
        if binary and sys.stdout.isatty():
            raise StoreError("this format is not for a terminal", next_step="name a file with -o FILE")
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    path = Path(output)
    try:
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        fresh.replace(path)
    except OSError as error:
        raise StoreError(f"the report cannot be written: {error.strerror}", where=output) from error
