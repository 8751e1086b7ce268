"""What a large fleet costs beside its scans: ``python -m bench.fleet.plan [--count 100000]``.

Results are drawn instead of scanned, with the table and the senders of the simulated fleet.  Told are the
processor time and the memory of putting results in place, of taking them up again, of the explanations and
of the dataset; the scans themselves are measured by ``python -m bench.fleet``.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from vitne.fleet import Handset, explain
from vitne.fleet.dataset import write_dataset
from vitne.fleet.results import FORMAT, CaptureResult, Sending, keep, kept
from vitne.lab.handsets import COLUMNS, fleet

_KEPT = 2000
"""Results that are written and read for the measurement."""


def _sending(recipient: str, identifier: str, sender: str) -> Sending:
    return Sending(
        recipient=recipient, host=f"a.{recipient}", identifier=identifier, kind="identifier", sender=sender,
        field=identifier.upper(), protection="encoded", grade="declared", delivery="refused", messages=3,
        first_s=60.0,
    )  # fmt: skip


def drawn(count: int) -> tuple[list[Handset], dict[str, CaptureResult]]:
    """Give a table and results as scans of the simulated fleet give them."""
    handsets, results = [], {}
    words = ("imei", "imsi", "iccid", "mac-address", "cell-id")
    for each in fleet(count):
        row = dict(zip(COLUMNS, each.row, strict=True))
        sent = [_sending("maker.example", "android-id", "")] if row["sim"] != "none" else []
        if each.bad:
            sent += [_sending("carrier.example", word, "self-registration") for word in words]
        own = tuple((name, row[name]) for name in COLUMNS if name not in {"capture", "device"})
        handsets.append(Handset(capture=row["capture"], device=row["device"], attributes=own))
        results[row["capture"]] = CaptureResult(
            format=FORMAT, key=f"{each.number:064x}", sha256=f"{each.number:064x}", size=4000,
            state="unreadable" if each.corrupt else "read", error="", packets=20, seconds=62.0,
            sendings=tuple(sent), unreadable={"carrier.example": 900} if each.dark else {}, gaps={},
            partial=False,
        )  # fmt: skip
    return handsets, results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=100_000)
    count = parser.parse_args().count
    handsets, results = drawn(count)

    def told(what: str, begun: float, times: int = 1) -> None:
        took = (time.process_time() - begun) / times
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"{what:28} {took:10.4f} s of processor time, {memory} MB so far", flush=True)

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        some = list(results.values())[:_KEPT]
        begun = time.process_time()
        for each in some:
            keep(folder, each)
        told("keep a result", begun, len(some))
        begun = time.process_time()
        assert all(kept(folder, each.key) == each for each in some)
        told("take up a result", begun, len(some))
        begun = time.process_time()
        report = explain(handsets, results)
        told(f"explain {count}", begun)
        begun = time.process_time()
        write_dataset(folder, handsets, results, partition="build")
        told(f"dataset of {count}", begun)
        size = sum(each.stat().st_size for each in (folder / "dataset").rglob("*.parquet"))
        print(f"dataset {size >> 10} kB; {report.tried} attributes and pairs were tried")
        for sender in report.senders:
            print(
                sender.recipient,
                sender.count.sending,
                sender.count.of,
                sender.explanation,
                sender.odd_sending,
            )


if __name__ == "__main__":
    main()
