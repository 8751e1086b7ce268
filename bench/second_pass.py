"""What the second pass costs a message: from «a message was framed» to «what was wrapped in it was searched».

``python bench/second_pass.py`` scans the mixed capture and the fixed track of leakbench at default options in
one process on one core, and prints CPU time and instructions a message.  Counted is

- looking over what was framed: whether anything may be wrapped in it at all, without making a message;
- unwrapping: every part of every message that was made, keys and all;
- searching: known values in what was unwrapped.

Framing, raw search, drafting of findings and what is written are not.  A message is one that the patient
reader makes of the capture's bytes, whether or not the quick one made it: that number belongs to the
capture.  As much traffic comes again and again, cost is also told per message that was taken in hand.
Instructions are those of the processor's own counter (Linux, where it may be read), without what counting
itself takes; times change with the hour, instructions do not.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import platform
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import captures
import vitne.pipeline.heads
import vitne.pipeline.messagework
import vitne.pipeline.plain
from vitne.identify.search import Searcher
from vitne.identify.subject import read_subject
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTS = ("looked over", "unwrapped", "searched")
_TRIES = 2000  # readings from which what one takes is known
_SYSTEM_CALLS = {"x86_64": 298, "aarch64": 241}  # perf_event_open


class Meter:
    """Processor time and instructions of this process so far."""

    def __init__(self) -> None:
        self._file = _counter()
        begun = self.read()
        for _ in range(_TRIES):
            now = self.read()
        self.own = tuple((after - before) / _TRIES for before, after in zip(begun, now, strict=True))

    @property
    def counts(self) -> bool:
        """Whether instructions are counted."""
        return self._file >= 0

    def read(self) -> tuple[int, int]:
        """Give nanoseconds and instructions."""
        told = int.from_bytes(os.read(self._file, 8), sys.byteorder) if self.counts else 0
        return time.process_time_ns(), told


def _counter() -> int:
    """Open a counter of this process's instructions outside of the system; -1 where that is not to be had."""
    number = _SYSTEM_CALLS.get(platform.machine())
    if sys.platform != "linux" or number is None:
        return -1
    size, beyond = 128, 1 << 5 | 1 << 6  # not those of the system, not those below it
    asked = ctypes.create_string_buffer(struct.pack("=IIQQQQQ", 0, size, 1, 0, 0, 0, beyond), size)
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, asked, 0, -1, -1, 0))


class Count:
    """What the parts of the second pass took; of one inside another only the outer one counts."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.spent: dict[str, list[float]] = {name: [0.0, 0.0] for name in _PARTS}
        self.calls: Counter[str] = Counter()
        self._inside = False

    def watch(self, owner: Any, name: str, part: str, *, lazy: bool = False) -> None:
        """Count what a function of a class or module takes."""
        plain: Callable[..., Any] | None = getattr(owner, name, None)
        if plain is None:
            return

        def counted(*given: Any, **named: Any) -> Any:
            if self._inside:
                return plain(*given, **named)
            self._inside, begun = True, self.meter.read()
            try:
                told = plain(*given, **named)
                told = list(told) if lazy else told
            finally:
                done, self._inside = self.meter.read(), False
                for row, own in enumerate(self.meter.own):
                    self.spent[part][row] += done[row] - begun[row] - own
            self.calls[part] += 1
            return iter(told) if lazy else told

        setattr(owner, name, counted)


def spent(capture: Path, subject: Path) -> Count:
    """Scan a capture and give what its second pass took."""
    count = Count()
    count.watch(vitne.pipeline.messagework.MessageWork, "unwrap", "unwrapped")
    count.watch(Searcher, "nodes", "searched", lazy=True)
    count.watch(vitne.pipeline.heads.Heads, "look", "looked over")
    count.watch(vitne.pipeline.heads.Heads, "found_in", "looked over", lazy=True)
    count.watch(vitne.pipeline.plain.Plain, "_answer", "looked over")
    run_scan([str(capture)], Options(subject=read_subject(subject)[0], jobs=1))
    return count


def messages(capture: Path, subject: Path) -> int:
    """Count the messages that the patient reader makes of a capture."""
    seen: Counter[str] = Counter()

    def unwrap(work: Any, *_: Any) -> list[Any]:
        seen[work.message.protocol] += 1
        return []

    vitne.pipeline.messagework.MessageWork.unwrap = unwrap  # type: ignore[method-assign, assignment]
    run_scan([str(capture)], Options(subject=read_subject(subject)[0], jobs=1, shortcuts=False))
    return seen.total()


def _told(name: str, count: Count, number: int) -> None:
    made = count.calls["unwrapped"]
    print(f"\n{name}: {number} messages, {made} of them made and unwrapped\n")
    print("| part | CPU s | µs a message | 1000 instructions a message | µs a message made |")
    print("|---|---|---|---|---|")
    every = [sum(rows) for rows in zip(*count.spent.values(), strict=True)]
    for part, (nanoseconds, steps) in [*count.spent.items(), ("second pass", every)]:
        told = f"{steps / number / 1000:.0f}" if count.meter.counts else "not counted"
        row = f"{nanoseconds / 1e9:.1f} | {nanoseconds / number / 1000:.1f} | {told}"
        print(f"| {part} | {row} | {nanoseconds / max(made, 1) / 1000:.0f} |")


def _own(question: str, capture: Path, subject: Path) -> str:
    """Ask another process, so that the one does not know what the other read."""
    command = [sys.executable, __file__, "--ask", question, str(capture), str(subject)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{question} of {capture} failed: {run.stderr[-2000:]}")
    return run.stdout


def _number(capture: Path, subject: Path) -> int:
    """Give how many messages a capture holds, counted once for each capture that is kept."""
    kept = capture.with_suffix(".messages")
    if not kept.exists():
        told = _own("messages", capture, subject)
        kept.write_text(told)
    return int(kept.read_text())


def _leakbench(folder: Path, seed: int) -> tuple[Path, Path]:
    """Make the capture of leakbench's fixed track."""
    command = [sys.executable, "-m", "bench.leakbench", "--tracks", "F", "--quick", "--seed", str(seed)]
    run = subprocess.run(
        [*command, "--folder", str(folder)],
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    found = sorted(folder.rglob("*.pcap"))
    if run.returncode or not found:
        raise SystemExit("leakbench made no capture")
    return found[0], next(iter(sorted(found[0].parent.rglob("subject*.toml"))))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=200, help="megabytes of the mixed capture")
    parser.add_argument("--seed", type=int, default=99, help="seed of leakbench's capture")
    parser.add_argument("--captures", type=Path, help="folder of captures (VITNE_BENCH_CAPTURES)")
    parser.add_argument("--ask", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        question, capture, subject = options.ask
        name, paths = "", (Path(capture), Path(subject))
        if question == "messages":
            print(messages(*paths))
            return 0
        name, _, number = question.partition("=")
        _told(name, spent(*paths), int(number))
        return 0
    mixed = captures.made("mixed", options.size, folder=options.captures)
    number = _number(mixed.path, mixed.subject)
    print(_own(f"mixed capture of {options.size} MB={number}", mixed.path, mixed.subject), end="")
    with tempfile.TemporaryDirectory(prefix="vitne-second-pass-") as folder:
        capture, subject = _leakbench(Path(folder), options.seed)
        number = _number(capture, subject)
        print(_own(f"leakbench, fixed track={number}", capture, subject), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
