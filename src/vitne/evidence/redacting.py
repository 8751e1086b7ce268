"""A capture without the values of a person: flows that hold findings and the DNS that named them, rebuilt.

Every spelling of every value that was found or is known is replaced, in each layer it stands in; all other
traffic is left out and counted.  Then the output is searched for every original value in every encoding, and
nothing is handed over if one is left.  This is chosen on purpose against exporting nothing but findings: a
rebuilt capture can be examined by others.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.evidence import forging
from vitne.evidence.editing import Edit, Editor, Unchangeable, merged
from vitne.evidence.insides import plain_frames, to_be_told
from vitne.evidence.pcapng import Frame, write
from vitne.evidence.plainly import Ends
from vitne.evidence.replacing import Pairs, Replacer
from vitne.identify.needles import Needles
from vitne.identify.search import Searcher
from vitne.intake.reader import CaptureReader
from vitne.model import RecordChunk, Secrets, Seed, StoreError, Subject
from vitne.pipeline import Options, run_scan
from vitne.pipeline.openings import Openings
from vitne.pipeline.replay import _node, _works, was_closed
from vitne.pipeline.traffic import give_keys, open_traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.model import Finding, Flow
    from vitne.pipeline import Result
    from vitne.pipeline.traffic import Traffic

_NUMBERS = {"location", "cell-id"}
_LEAST = 5  # characters of a value that is looked for wherever it stands
_DAY = 86_400 * 10**9
OPENED = "opened with keys"


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """What came out."""

    capture: bytes  # pcapng
    subject: Subject  # the stand-ins, as known values of the new capture
    mapping: list[dict[str, str]]  # identifier, original, stand-in: to be kept apart and sealed
    counts: dict[str, int]  # packets and flows kept and left out, values replaced
    left_out: dict[str, int]  # why flows with findings were left out
    told_anew: dict[str, int]  # flows that stand there as plain ones, by what they went in
    same: bool  # scanning the output gives the same findings but for the values
    differ: list[str]  # what is not the same


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the scan was given that is to be redacted, beside the captures."""

    subject: Subject  # known values of the person
    keys: tuple[str, ...] = ()  # key logs
    secrets: Secrets = msgspec.field(default_factory=Secrets)  # keys, salts and alphabets of senders
    device: str | None = None  # limit of the scan


def redact(paths: Sequence[str], known: Subject | Known, *, secret: bytes, shift: bool = False) -> Redacted:
    """Make a capture without the values; raises StoreError where an original value is left in it.

    Flows that were opened with keys or went through a tunnel are told anew as plain ones; an export of
    messages and what was inside QUIC are left out and counted.
    """
    asked = known if isinstance(known, Known) else Known(subject=known)
    subject = asked.subject
    replacer = Replacer(secret)
    options = Options(subject=subject, jobs=1, keys=asked.keys, secrets=asked.secrets, device=asked.device)
    result = run_scan(paths, options)
    seeds = known_values(result, subject)
    pairs = Pairs(seeds, replacer)
    _, traffics, _ = open_traffic(paths, stdin=None, progress=lambda *_: None)
    try:
        give_keys(traffics, asked.keys)
        rebuilt = _Rebuilt(traffics, result, Editor(pairs), replacer)
        rebuilt.opener = Openings(asked.secrets, Searcher(subject.seeds, salts=asked.secrets.salts))
        rebuilt.read()
        frames = rebuilt.frames(shift=_shift(replacer) if shift else 0)
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()
    capture = write(
        frames, "Rebuilt by vitne redact: values of persons are replaced, other traffic is left out."
    )
    stand_ins = Subject(seeds=tuple(pairs.stand_ins))
    originals = Subject(seeds=tuple(msgspec.structs.replace(s, origin="subject") for s in seeds))
    _refuse_if_left(capture, _searched(capture, originals, asked.secrets), pairs)
    kept = [f for f in result.findings if f.flow in rebuilt.kept]
    outside = [f for f in kept if rebuilt.anew.get(f.flow) == OPENED and not was_closed(f)]
    if outside:
        rebuilt.left_out["stood beside what was opened, on the wire"] += len({f.flow for f in outside})
    inner = [f for f in kept if f not in outside]
    differ = difference(inner, _searched(capture, stand_ins, asked.secrets).findings)
    mapping = [
        {"identifier": one.identifier, "original": one.value, "stand_in": two.value}
        for one, two in zip(seeds, pairs.stand_ins, strict=True)
        if one.value
    ]
    return Redacted(
        capture=capture,
        subject=stand_ins,
        mapping=mapping,
        counts=rebuilt.counts(len(frames), len(mapping)),
        left_out=dict(rebuilt.left_out),
        told_anew=dict(Counter(rebuilt.anew.values())),
        same=not differ,
        differ=differ,
    )


def known_values(result: Result, subject: Subject) -> list[Seed]:
    """Give every value that must not be in the output: those known beforehand, and those that were found."""
    seeds = list(subject.seeds)
    have = {(seed.identifier, seed.value.lower()) for seed in seeds}
    values = [(f.identifier, f.value) for f in result.findings if _of_person(f)]
    values += [("mac-address", device.mac) for device in result.devices if device.mac]
    for number, (identifier, value) in enumerate(dict.fromkeys(values), 1):
        if (identifier, value.lower()) in have or identifier in _NUMBERS or len(value) < _LEAST:
            continue
        have.add((identifier, value.lower()))
        seeds.append(Seed(identifier=identifier, name=f"found#{number}", value=value))
    return seeds


def _shift(replacer: Replacer) -> int:
    """Give a secret constant of up to a hundred days, in whole seconds."""
    days = int.from_bytes(replacer.stream("time", "shift")[:8], "big") % (200 * _DAY)
    return (days - 100 * _DAY) // 10**9 * 10**9


def _searched(capture: bytes, subject: Subject, secrets: Secrets) -> Result:
    import io

    return run_scan(["-"], Options(subject=subject, secrets=secrets, stdin=io.BytesIO(capture), jobs=1))


def _refuse_if_left(capture: bytes, again: Result, pairs: Pairs) -> None:
    """Raise StoreError where an original value is still there, in any layer or in the raw bytes."""
    names = {seed.name for seed in pairs.seeds}
    left = [f for f in again.findings if f.grade in {"observed", "derived"} and f.seed in names]
    strong = [n for n in pairs.needles if len(n.data) >= 8]
    raw = Needles.compile(strong).scan(capture)
    where = [f"{f.identifier} in frame {f.frames[0]} ({f.protocol})" for f in left if f.frames]
    where += [f"{pairs.seeds[strong[n].seed].identifier} in the raw bytes" for n in raw.needle.tolist()]
    if where:
        raise StoreError(
            f"{len(where)} original value(s) would be left: {', '.join(sorted(set(where))[:5])}",
            expected="no original value in any encoding",
            next_step="nothing was written; export findings without the capture instead (vitne report)",
        )


def difference(before: Sequence[Finding], after: Sequence[Finding]) -> list[str]:
    """Name what two lists of findings do not have in common, values and places aside."""
    one, two = Counter(map(_kept_of, before)), Counter(map(_kept_of, after))
    lost = [f"lost {count} × {' '.join(key)}" for key, count in sorted((one - two).items())]
    return lost + [f"new {count} × {' '.join(key)}" for key, count in sorted((two - one).items())]


def _kept_of(finding: Finding) -> tuple[str, ...]:
    layers = finding.layers[1:] if was_closed(finding) else finding.layers
    codecs = ">".join(str(layer["codec"]) for layer in layers)
    return finding.identifier, finding.grade, finding.direction, finding.protocol, codecs


class _Rebuilt:
    """The kept flows, their changes, and their frames."""

    def __init__(self, traffics: list[Traffic], result: Result, editor: Editor, replacer: Replacer) -> None:
        self.traffics = traffics
        self.result = result
        self.editor = editor
        self.replacer = replacer
        self.kept: set[int] = set()
        self.left_out: Counter[str] = Counter()
        self.streams: dict[tuple[int, int], list[Edit]] = {}  # (flow, side) -> changes of a stream
        self.datagrams: dict[tuple[int, int], list[Edit]] = {}  # (capture, frame) -> changes of a datagram
        self.runs: dict[tuple[int, int], list[tuple[int, int]]] = {}  # (flow, side) -> (frame, stream offset)
        self.keys: dict[Any, int] = {}
        self.packets = 0
        self.made: list[Frame] = []  # of flows that are told anew
        self.anew: dict[int, str] = {}  # what they went in
        self.opener: Openings | None = None
        self._own = {a for d in result.devices if not d.router for a in d.addresses if _global(a)}
        self._hardware = {d.mac for d in result.devices if d.mac}

    def counts(self, kept: int, values: int) -> dict[str, int]:
        total = sum(t.walked.flow_count for t in self.traffics)
        return {
            "packets_kept": kept,
            "packets_left_out": self.packets - (kept - len(self.made)),
            "flows_kept": len(self.kept),
            "flows_left_out": total - len(self.kept),
            "values_replaced": values,
        }

    def read(self) -> None:
        """Read the flows with findings, then the DNS that named their far ends, and note the changes."""
        by_flow: dict[int, list[Finding]] = {}
        for finding in self.result.findings:
            by_flow.setdefault(finding.flow, []).append(finding)
        hosts = {f.destination.host for f in self.result.findings if f.destination.host}
        naming = {t.flow for t in self.result.transmissions if t.protocol == "dns"} - set(by_flow)
        for traffic in self.traffics:
            for own in range(traffic.walked.flow_count):
                number = own + traffic.first_flow
                if number in by_flow:
                    self._flow(traffic, own, by_flow[number])
                elif number in naming:
                    self._flow(traffic, own, [], named=hosts)

    def _flow(
        self, traffic: Traffic, own: int, findings: list[Finding], *, named: set[str] | None = None
    ) -> None:
        number = own + traffic.first_flow
        works = [] if traffic.exported else list(_works(self.traffics, traffic, own, opener=self.opener))
        if named is not None and not any(name in named for w in works for _, name in w.message.names):
            return
        try:
            anew = to_be_told(traffic, number, works)
            streams, datagrams = self._changes(works if anew is None else anew, findings)
            sides = {side: merged(edits) for side, edits in streams.items()}
            if anew is not None:
                self.made += plain_frames(
                    anew, self._ends(traffic.flow(number)), streams=sides, datagrams=datagrams
                )
        except (Unchangeable, ValueError) as reason:
            self.left_out[str(reason)] += 1
            return
        self.kept.add(number)
        flow = traffic.flow(number)
        if anew is not None:
            self.anew[number] = f"tunnel {flow.tunnel}" if flow.tunnel else OPENED
            return
        ends = ((flow.client_ip, flow.client_port), (flow.server_ip, flow.server_port))
        protocol = forging.TCP if flow.transport == "tcp" else forging.UDP
        self.keys[protocol, *ends] = number * 2
        self.keys[protocol, *ends[::-1]] = number * 2 + 1
        self.datagrams.update(datagrams)
        for side, edits in sides.items():
            self.streams[number, side] = edits
        for work in works:
            if work.datagram_at < 0 and (number, work.message.side) not in self.runs:
                _, offsets, _, rows = work.view.runs
                frames = [int(each) for each in traffic.walked.frame_of(np.asarray(rows))]
                self.runs[number, work.message.side] = list(zip(frames, offsets, strict=True))

    def _ends(self, flow: Flow) -> Ends:
        """Give who speaks in a flow, as it is to be written."""
        macs = [
            bytes.fromhex(mac.replace(":", "")) if mac else b"" for mac in (flow.client_mac, flow.server_mac)
        ]
        links = [self._link(mac + bytes(8))[:6] if len(mac) == 6 else b"" for mac in macs]
        return Ends(
            addresses=(self._address(flow.client_ip), self._address(flow.server_ip)),
            ports=(flow.client_port, flow.server_port),
            hardware=(links[0], links[1]),
        )

    def _changes(
        self, works: list[Any], findings: list[Finding]
    ) -> tuple[dict[int, list[Edit]], dict[tuple[int, int], list[Edit]]]:
        streams: dict[int, list[Edit]] = {}
        datagrams: dict[tuple[int, int], list[Edit]] = {}
        for work in works:
            first = work.traffic.walked.place(np.asarray([work.rows[0]]))[0]
            own = [f for f in findings if f.message_frames[0] == first.frames[0] and _of_person(f)]
            places = [(node, f) for f in own for node in [_node(work, f)] if node is not None]
            edits = self.editor.message(work, places)
            if work.datagram_at >= 0:
                at = (first.capture, first.frames[0])
                datagrams[at] = merged([*datagrams.get(at, []), *edits])
            else:
                streams.setdefault(work.message.side, []).extend(edits)
        return streams, datagrams

    def frames(self, *, shift: int) -> list[Frame]:
        """Give the frames of the kept flows, rebuilt, in the order of the captures."""
        held: list[tuple[int, int, Frame, forging.Split, int]] = []
        for traffic in self.traffics:
            captures = [reader for reader in traffic.readers if isinstance(reader, CaptureReader)]
            for reader in captures:
                held += self._held(reader)
        bases = self._bases(held)
        frames = [
            self._frame(capture, number, frame, whole, code, bases, shift)
            for capture, number, frame, whole, code in held
        ]
        if self.made:
            frames += [frame._replace(time_ns=frame.time_ns + shift) for frame in self.made]
            frames.sort(key=lambda frame: frame.time_ns)
        return frames

    def _held(self, reader: CaptureReader) -> list[tuple[int, int, Frame, forging.Split, int]]:
        capture = next(c.number for c in self.result.captures if c.sha256 == reader.capture.sha256)
        held = []
        number = 0
        for chunk in reader.chunks():
            if not isinstance(chunk, RecordChunk):
                continue
            columns = (chunk.offset, chunk.cap_length, chunk.orig_length, chunk.time_ns, chunk.link_type)
            for offset, size, length, time_ns, link in zip(*(c.tolist() for c in columns), strict=True):
                number += 1
                self.packets += 1
                data = reader.buffer[offset : offset + size].tobytes()
                whole = forging.split(data, link) if size == length else None
                code = None if whole is None else self.keys.get((whole.protocol, *whole.ends))
                if whole is not None and code is not None:
                    held.append((capture, number, Frame(time_ns, link, length, data), whole, code))
        return held

    def _bases(
        self, held: list[tuple[int, int, Frame, forging.Split, int]]
    ) -> dict[tuple[int, int], int | None]:
        segments: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        for _, number, _, whole, code in held:
            if whole.protocol == forging.TCP:
                segments.setdefault(divmod(code, 2), []).append((number, whole.sequence, len(whole.payload)))
        return {key: forging.base_of(rows, self.runs.get(key, [])) for key, rows in segments.items()}

    def _frame(  # noqa: PLR0913, PLR0917  (one frame and all that is known of it)
        self,
        capture: int,
        number: int,
        frame: Frame,
        whole: forging.Split,
        code: int,
        bases: dict[tuple[int, int], int | None],
        shift: int,
    ) -> Frame:
        flow, side = divmod(code, 2)
        if whole.protocol == forging.TCP:
            sides = [
                (bases.get((flow, each)), forging.Moved(self.streams.get((flow, each), [])))
                for each in (side, 1 - side)
            ]
            transport, payload = forging.tcp(whole, sides=(sides[0], sides[1]))
        else:
            transport = whole.transport
            moved = forging.Moved(self.datagrams.get((capture, number), []))
            payload = moved.payload(whole.payload, 0)
        data = forging.joined(whole, transport, payload, hardware=self._link, address=self._address)
        return Frame(frame.time_ns + shift, frame.link_type, len(data), data)

    def _link(self, link: bytes) -> bytes:
        """Replace the hardware addresses of devices and routers; groups stay."""
        out = bytearray(link)
        for at in (0, 6) if len(link) >= 14 else ():
            own = bytes(out[at : at + 6])
            if not own[0] & 1:
                text = self.replacer.value("mac-address", own.hex(":"))
                out[at : at + 6] = bytes.fromhex(text.replace(":", ""))
        return bytes(out)

    def _address(self, ip: str) -> str:
        """Replace the public addresses of the devices; the far ends and local addresses stay."""
        if ip not in self._own:
            return ip
        packed = bytearray(ipaddress.ip_address(ip).packed)
        keep = len(packed) // 4 if len(packed) == 16 else 2
        stream = self.replacer.stream("public-ip", ip)
        packed[keep:] = stream[: len(packed) - keep]
        return str(ipaddress.ip_address(bytes(packed)))


def _of_person(finding: Finding) -> bool:
    """Say whether a finding is to be replaced: attributes stay, unless the person named them."""
    return finding.kind != "attribute" or finding.seed is not None


def _global(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global or address.startswith("2001:db8:")
    except ValueError:
        return False
