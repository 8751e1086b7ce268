"""``vitne export``: a case in formats that other programs open."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.cli import custody
from vitne.cli.revealing import readers
from vitne.model import Subject, UsageError
from vitne.store import read_case

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from vitne.store import Case

RAW = {"har", "slices"}
FOLDERS = {"slices", "parquet"}


def run(options: argparse.Namespace) -> int:
    """Write the export."""
    if options.format in RAW and not options.reveal:
        raise UsageError(
            f"{options.format} holds messages as they were, with the values of persons in them",
            next_step="say that it is meant with --reveal, or make a bag without values first: vitne redact",
        )
    folder = custody.case_folder(options.case)
    case = read_case(folder)
    options.to = readers(options)
    output = Path(options.output if options.format in FOLDERS else options.to.named(options.output))
    if output.exists():
        raise UsageError("there is something at that place already", where=options.output)
    custody.note(options.case, "export", {"format": options.format, "values": bool(options.reveal)})
    try:
        _WRITERS[options.format](options, case, output)
    except OSError as error:
        raise UsageError(f"it cannot be written: {error.strerror}", where=options.output) from error
    print(f"Written: {output}")
    return 0


def _document(options: argparse.Namespace, case: Case) -> dict[str, Any]:
    from vitne.report.frozen import freeze

    document = freeze(case)
    if options.reveal and options.format == "geojson":
        from vitne.pipeline import Options, run_scan

        given = custody.originals(options.case, case, options.capture)
        keys = tuple(custody.key_logs(options.case, case, options.keys))
        asked = Options(subject=_subject(options.subject), keys=keys, device=case.run.get("device") or None)
        document["findings"] = msgspec.to_builtins(run_scan(given, asked).findings)
    return document


def _subject(file: str | None) -> Subject:
    if not file:
        return Subject()
    from vitne.identify.subject import read_subject

    return read_subject(file)[0]


def _put(options: argparse.Namespace, output: Path, data: bytes) -> None:
    data = options.to.closed(data)
    output.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def _json(options: argparse.Namespace, output: Path, content: Any) -> None:
    _put(options, output, msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def _har(options: argparse.Namespace, case: Case, output: Path) -> None:
    from vitne.evidence.har import archive

    given = custody.originals(options.case, case, options.capture)
    keys = custody.key_logs(options.case, case, options.keys)
    version = str(case.manifest.get("rules", {}).get("vitne", ""))
    _json(options, output, archive(given, case.findings, keys=keys, version=version))


def _slices(options: argparse.Namespace, case: Case, output: Path) -> None:
    from vitne.evidence.slices import slices

    made = slices(custody.originals(options.case, case, options.capture), case.findings)
    output.mkdir(parents=True, mode=0o700)
    for name, data in sorted(made.items()):
        _put(options, Path(options.to.named(str(output / f"{name}.pcapng"))), data)


def _timesketch(options: argparse.Namespace, case: Case, output: Path) -> None:
    from vitne.report.formats import timesketch

    form = timesketch.table if options.format == "timesketch-csv" else timesketch.json_lines
    _put(options, output, form(_document(options, case)))


def _stix(options: argparse.Namespace, case: Case, output: Path) -> None:
    from vitne.report.formats.stix import bundle

    _json(options, output, bundle(_document(options, case)))


def _uco(options: argparse.Namespace, case: Case, output: Path) -> None:
    from vitne.report.formats.uco import graph

    _json(options, output, graph(_document(options, case)))


def _geojson(options: argparse.Namespace, case: Case, output: Path) -> None:
    from vitne.report.formats.geojson import collection

    _json(options, output, collection(_document(options, case)))


def _parquet(options: argparse.Namespace, case: Case, output: Path) -> None:
    del options
    output.mkdir(parents=True)
    for path in sorted(case.folder.glob("*.parquet")):
        shutil.copyfile(path, output / path.name)


_WRITERS: dict[str, Callable[[argparse.Namespace, Case, Path], None]] = {
    "har": _har,
    "slices": _slices,
    "timesketch": _timesketch,
    "timesketch-csv": _timesketch,
    "stix": _stix,
    "case-uco": _uco,
    "geojson": _geojson,
    "parquet": _parquet,
}
