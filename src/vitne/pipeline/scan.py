"""The whole way: captures in, findings out.

Order: walk all packets, find the devices, then flow by flow: decode, unwrap, search, draft findings.  Names
of destinations and devices are settled at the end: a DNS answer may stand in a later flow than its use.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.model import Gap, Secrets, Subject, UsageError
from vitne.pipeline.appnames import read_lists
from vitne.pipeline.seeds import all_seeds
from vitne.pipeline.settling import settle_all
from vitne.pipeline.shares import shares
from vitne.pipeline.traffic import devices_of, give_keys, mask_of, open_traffic, pick_devices
from vitne.pipeline.workers import Haul, share_out, workers_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vitne.attribute import Device, Devices
    from vitne.pipeline.gathering import Gathering
    from vitne.pipeline.result import Result
    from vitne.pipeline.traffic import Traffic

_BATCH = 8 << 20
_UDP = 17
_NAMING_PORTS = (67, 68, 546, 547, 5353)


def _check_quick(options: Options, traffics: Sequence[Traffic]) -> None:
    """Refuse what quick search cannot do.  Raises UsageError."""
    without = "leave out --quick"
    if not options.subject.seeds:
        why = "quick search needs values to look for"
        raise UsageError(why, next_step="give a subject file with --subject")
    if options.keys or options.secrets:
        raise UsageError("quick search opens nothing", next_step=f"{without}, or --keys and --secrets")
    if any(traffic.exported for traffic in traffics):
        why = "quick search reads captures of packets, and one input is an export"
        raise UsageError(why, next_step=without)


def _dealt(traffic: Traffic, keep: np.ndarray | None, parts: int) -> np.ndarray:
    """Say which of so many processes reads which flow; only those to ``keep`` weigh."""
    if traffic.exported:
        return np.arange(traffic.walked.flow_count) % parts
    columns = traffic.walked.flow_columns()
    payload = columns["payload"] if keep is None else columns["payload"] * keep[:, None]
    return shares(columns["protocol"], columns["port"][:, 1], payload, parts)


def _silent(stage: str, done: int, total: int) -> None:
    del stage, done, total


class Options(msgspec.Struct, kw_only=True):
    """What a scan is asked for."""

    subject: Subject = msgspec.field(default_factory=Subject)
    secrets: Secrets = msgspec.field(default_factory=Secrets)  # keys, salts and alphabets of senders
    keys: tuple[Any, ...] = ()  # paths of key logs that open what was closed
    apps: tuple[Any, ...] = ()  # paths of lists that say which app held which socket, or runs as which user
    device: str | None = None  # limit to the device with this MAC, address or name
    jobs: int | None = None  # processes; None for one a core where the captures are large
    stdin: Any = None  # stream that "-" stands for
    progress: Callable[[str, int, int], None] = _silent  # (stage, bytes done, bytes in all)
    keep: Callable[[Any], None] | None = None  # is given the bytes of standard input before they go
    quick: bool = False  # known values as they stand, and nothing else
    shortcuts: bool = True  # pass over what cannot hold anything without making messages of it; same result
    settling: Callable[[], None] | None = None  # is called when all is read


def run_scan(paths: Sequence[str | Path], options: Options) -> Result:
    """Scan captures; the result holds values as they are, ``masked()`` hides them.

    Raises CaptureError where none can be read and UsageError for an unknown device.
    """
    captures, traffics, notes = open_traffic(paths, stdin=options.stdin, progress=options.progress)
    try:
        notes += give_keys(traffics, options.keys)
        result = _Scan(captures, traffics, notes, options).run()
        if options.keep is not None:
            for reader in (each for traffic in traffics for each in traffic.readers):
                if reader.capture.path == "-":
                    options.keep(reader.received)
        return result
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()


class _Scan:
    def __init__(
        self, captures: list[Any], traffics: list[Traffic], notes: list[Any], options: Options
    ) -> None:
        self.captures = captures
        self.traffics = traffics
        self.options = options
        self.book = read_lists(options.apps)
        self.devices: Devices = devices_of(traffics)
        self.seeds = all_seeds(options.subject, self.devices)
        self.size = sum(len(reader.buffer) for traffic in traffics for reader in traffic.readers)
        self.work = self._work(max(self.size, 1 << 16))
        self.work.notes.extend(notes)
        self.partial = False
        self._searched = 0  # bytes of streams
        self.complete = True  # no batch held more hits than are kept
        self.counts: dict[str, int] = {"packets": sum(capture.packets for capture in captures)}

    def _work(self, haystack: int) -> Gathering:
        """Give what reads the flows, as it was asked for."""
        options = self.options
        if options.quick:
            from vitne.pipeline.quick import QuickWork

            _check_quick(options, self.traffics)
            return QuickWork(options.subject.seeds, self.devices, self.captures, haystack=haystack)
        from vitne.pipeline.flowwork import FlowWork

        return FlowWork(
            self.seeds,
            self.devices,
            self.captures,
            haystack=haystack,
            shortcuts=options.shortcuts,
            secrets=options.secrets,
        )

    def run(self) -> Result:
        wanted = self._wanted()
        self.work.toll.groups = list(self.traffics)
        try:
            masks = [mask_of(traffic, wanted) for traffic in self.traffics]
            for traffic, keep in zip(self.traffics, masks, strict=True):
                self._count(traffic, keep)
            parts = workers_for(self.size, self.options.jobs)
            if parts > 1:
                self._shared(masks, parts)
            else:
                self._read(masks, self._progress())
        except KeyboardInterrupt:
            self.partial = True
        if self.options.settling is not None:
            self.options.settling()
        if not self.complete:
            why = "a batch held more hits of known values than are kept; some findings may be missing"
            self.work.notes.add(Gap(kind="limit", why=why))
        if self.options.quick:
            self.work.notes.add(self._not_unwrapped())
        self.work.settle()
        return settle_all(self, wanted)

    def _not_unwrapped(self) -> Gap:
        """Say what quick search leaves out."""
        flows = self.counts["flows_searched"]
        why = f"quick search of {flows} flows: known values as they stand; nothing was unwrapped or opened"
        return Gap(kind="not-unwrapped", why=why, length=self._searched)

    def _progress(self) -> Callable[[int], None]:
        done = 0

        def step(more: int) -> None:
            nonlocal done
            done += more
            self.options.progress("searching", done, self.size)

        return step

    def _shared(self, masks: list[np.ndarray | None], parts: int) -> None:
        """Let several processes read a share of the flows each."""
        dealt = [_dealt(traffic, keep, parts) for traffic, keep in zip(self.traffics, masks, strict=True)]

        def work(part: int, report: Callable[[int], None]) -> Haul:
            own = [
                to == part if keep is None else (to == part) & keep
                for keep, to in zip(masks, dealt, strict=True)
            ]
            self.work.renew(self.traffics)
            try:
                self._read(own, report)
            except KeyboardInterrupt:
                self.partial = True
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was gathered is still to be handed over
            return self.work.haul(partial=self.partial)

        hauls, stopped = share_out(parts, work, self._progress())
        for haul in hauls:
            self.work.absorb(haul)
            self.partial |= haul.partial
            self.complete &= haul.complete
        self.partial |= stopped

    def _wanted(self) -> list[Device] | None:
        """Names are told in DHCP and mDNS, so those flows are read before a name can be looked up."""
        word = self.options.device
        if word is not None and not self.devices.matching(word):
            from vitne.pipeline.flowwork import FlowWork

            naming = FlowWork([], self.devices, self.captures, haystack=1 << 20)
            for traffic in self.traffics:
                columns = traffic.walked.flow_columns()
                keep = (columns["protocol"] == _UDP) & np.isin(columns["port"][:, 1], _NAMING_PORTS)
                for batch in traffic.walked.batches(_BATCH, flows=keep):
                    if not isinstance(batch, Gap) and hasattr(batch, "data"):
                        naming.names_only(traffic, batch)
            naming.settle()
        return pick_devices(self.devices, word)

    def _count(self, traffic: Traffic, keep: np.ndarray | None) -> None:
        flows = traffic.walked.flow_count
        searched = flows if keep is None else int(keep.sum())
        self.counts["flows"] = self.counts.get("flows", 0) + flows
        self.counts["flows_searched"] = self.counts.get("flows_searched", 0) + searched
        if self.options.quick:
            walked = traffic.walked
            whole = keep is None
            self._searched += (
                walked.payload_bytes() if whole else int(walked.flow_columns()["payload"][keep].sum())
            )
        for note in traffic.walked.notes():
            self.work.note(traffic, note)

    def _read(self, masks: Sequence[np.ndarray | None], report: Callable[[int], None]) -> None:
        """Read the chosen flows of all groups."""
        for traffic, keep in zip(self.traffics, masks, strict=True):
            for batch in traffic.walked.batches(_BATCH, flows=keep):
                if not hasattr(batch, "data"):
                    self.work.note(traffic, batch)
                    continue
                self.work.batch(traffic, batch)
                report(len(batch.data))
            self.work.finish(traffic)
        self.complete &= self.work.searcher.complete
