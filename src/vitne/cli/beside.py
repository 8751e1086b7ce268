"""What reports tell beside the findings: destinations looked up, triggers kept, custody, values."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.cli import custody
from vitne.evidence import ledger, occurred, sealing
from vitne.evidence.attributing import destinations
from vitne.model import Malformed, StoreError, UsageError, VitneError
from vitne.report.frozen import Beside
from vitne.report.shape import beside_in

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from vitne.store import Case


def beside(given: str, case: Case, *, captures: Sequence[str], vantage: str = "") -> Beside:
    """Give what stands beside the findings of a case; of a bag what was sealed, unless a vantage is named."""
    folder = Path(given)
    if custody.is_bag(folder):
        sealed = sealed_beside(folder)
        if not vantage:
            return sealed
        looked = _looked_up(given, case, captures, vantage)
        return msgspec.structs.replace(sealed, destinations=looked)
    return Beside(
        destinations=_looked_up(given, case, captures, vantage), occasions=occurred.kept(case.folder)
    )


def sealed_beside(bag: Path) -> Beside:
    """Give what stands beside the findings in a bag; raises StoreError where its document cannot be read."""
    place = bag / sealing.FINDINGS
    try:
        return beside_in(place.read_bytes())
    except (OSError, Malformed) as error:
        raise StoreError(
            f"the findings document of the bag cannot be read ({type(error).__name__})", where=str(place)
        ) from error


def _looked_up(given: str, case: Case, captures: Sequence[str], vantage: str) -> dict[str, Any]:
    from vitne.cli.knowing import day_of, knowledge, vantage_of

    try:
        own: Sequence[str] = custody.originals(given, case, captures)
    except VitneError as error:
        print(f"vitne: without the captures, names resolved are unknown: {error.what}", file=sys.stderr)
        own = ()
    return destinations(
        case, knowledge(), captures=own, as_of=day_of("capture", case), vantage=vantage_of(vantage)
    )


def held(given: str) -> dict[str, Any]:
    """Give what holds a case together: its ledger, and of a bag manifest, key and number of timestamps."""
    folder = Path(given)
    entries, _ = ledger.read(custody.case_folder(given) / ledger.NAME)
    out: dict[str, Any] = {}
    if entries:
        out |= {"entries": len(entries), "head": str(entries[-1]["hash"])}
    manifest = folder / sealing.MANIFEST
    if custody.is_bag(folder) and manifest.is_file():
        signers = [each.keyid for each in _envelope(folder / sealing.ENVELOPE).signatures]
        stamps = sum(each.suffix == ".tsr" for each in (folder / sealing.STAMPS).glob("*"))
        digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
        out |= {"manifest": digest, "key": ", ".join(signers), "timestamps": stamps}
    return out


class _Signature(msgspec.Struct):
    """One signature of an envelope."""

    keyid: str = ""  # which key signed


class _Envelope(msgspec.Struct):
    """What of an envelope is told."""

    signatures: tuple[_Signature, ...] = ()  # all of them


def _envelope(place: Path) -> _Envelope:
    """Read the envelope of a bag; raises StoreError."""
    try:
        return msgspec.json.decode(place.read_bytes(), type=_Envelope)
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(
            f"the envelope of the bag cannot be read ({type(error).__name__})",
            where=str(place),
            next_step="vitne verify BAG says what else is damaged",
        ) from error


def revealed(options: argparse.Namespace, case: Case) -> Case:
    """Give the case with values of persons, read again from the captures; told where some stay masked."""
    from vitne.ciphers import read_secrets
    from vitne.identify.subject import read_subject
    from vitne.model import Secrets, Subject
    from vitne.pipeline import Options, run_scan

    if case.run.get("subject") and not options.subject:
        raise UsageError(
            "this case was made with a subject file; values come back only with it",
            next_step="name it with --subject FILE",
        )
    asked = Options(
        subject=read_subject(options.subject)[0] if options.subject else Subject(),
        secrets=read_secrets(options.secrets)[0] if options.secrets else Secrets(),
        keys=tuple(custody.key_logs(options.case, case, options.keys)),
        device=case.run.get("device") or None,
        quick=bool(case.run.get("quick")),
    )
    captures = custody.originals(options.case, case, options.capture)
    again = {one.id: one for one in run_scan(captures, asked).findings}
    missing = sum(one.id not in again for one in case.findings)
    if missing:
        print(f"vitne: {missing} values could not be read back and stay masked", file=sys.stderr)
    return msgspec.structs.replace(case, findings=tuple(again.get(one.id, one) for one in case.findings))
