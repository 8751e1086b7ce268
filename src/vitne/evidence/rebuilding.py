"""The flows of a redacted capture: which are kept, what is changed in them, and the frames they become."""

from __future__ import annotations

import ipaddress
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.evidence import archiving, forging, retelling
from vitne.evidence.editing import Edit, Editor, Unchangeable, applied, merged
from vitne.evidence.insides import plain_frames, to_be_told
from vitne.evidence.pcapng import Frame
from vitne.evidence.plainly import Ends
from vitne.intake.reader import CaptureReader
from vitne.model import RecordChunk
from vitne.pipeline.insideviews import QuicView
from vitne.pipeline.replay import _node, _works

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vitne.evidence.replacing import Replacer
    from vitne.model import Finding, Flow
    from vitne.pipeline import Result
    from vitne.pipeline.openings import Openings
    from vitne.pipeline.traffic import Traffic

OPENED = "opened with keys"
AS_HTTP = "told as HTTP/1.1"
ENTRIES = "entries of an export"
STAYS = "an original value would stay in it"


class Rebuilt:
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
        self.exchanges: list[tuple[retelling.Told, archiving.Side]] = []  # of exports
        self.short: list[archiving.Short] = []
        self.without: Mapping[int, str] = {}  # flows to be left out, and why
        self._numbers: list[int] = []  # of the flow that each of the exchanges is
        self._texts: list[int] = []  # of the flow that each short message is
        self._ends_of: dict[
            frozenset[tuple[str, int]], int
        ] = {}  # as written: the flow of packets between them
        self._written = 0  # packets
        self._ports: set[int] = set()  # that flows of the captures use
        self._next: dict[tuple[str, str, int], int] = {}  # between two ends: the port to try next
        self._own = {a for d in result.devices if not d.router for a in d.addresses if _global(a)}
        self._hardware = {d.mac for d in result.devices if d.mac}

    def counts(self, values: int) -> dict[str, int]:
        """Give the numbers of what was kept and left out; so many values were replaced."""
        kept = self._written
        total = sum(t.walked.flow_count for t in self.traffics)
        told = {
            "packets_kept": kept,
            "packets_left_out": self.packets - (kept - len(self.made)),
            "flows_kept": len(self.kept),
            "flows_left_out": total - len(self.kept),
            "values_replaced": values,
        }
        if any(traffic.exported for traffic in self.traffics):
            told["entries_kept"] = len(self.exchanges) + len(self.short)
        return told

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
        if number in self.without:
            self.left_out[self.without[number]] += 1
            return
        works = list(_works(self.traffics, traffic, own, opener=self.opener))
        if named is not None and not any(name in named for w in works for _, name in w.message.names):
            return
        try:
            if traffic.exported and traffic.flow(number).transport == "sms":
                self._short(works, findings)
            elif traffic.exported and any(work.message.protocol in retelling.SPOKEN for work in works):
                self._entry(traffic, own, works, findings)
            else:
                self._packets(traffic, number, works, findings)
        except (Unchangeable, ValueError) as reason:
            self.left_out[str(reason)] += 1
            return
        self.kept.add(number)

    def _packets(self, traffic: Traffic, number: int, works: list[Any], findings: list[Finding]) -> None:
        """Let a flow be rebuilt in its place, else be told as plain packets, else as HTTP/1.1 in such."""
        anew = to_be_told(traffic, number, works)
        told = works if anew is None else anew
        flow = traffic.flow(number)
        if any(isinstance(work.view, QuicView) for work in told):
            self._as_http(traffic, number, told, findings)
            return
        try:
            streams, datagrams = self._changes(told, findings)
            sides = {side: merged(edits) for side, edits in streams.items()}
            self._note_ends(self._ends(flow), number)
            if anew is not None:
                self.made += plain_frames(anew, self._ends(flow), streams=sides, datagrams=datagrams)
                self.anew[number] = (
                    f"tunnel {flow.tunnel}" if flow.tunnel else ENTRIES if traffic.exported else OPENED
                )
                return
        except (Unchangeable, ValueError):
            if not any(work.message.protocol in retelling.SPOKEN for work in told):
                raise
            self._as_http(traffic, number, told, findings)
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

    def _as_http(self, traffic: Traffic, number: int, works: list[Any], findings: list[Finding]) -> None:
        """Tell requests and answers as HTTP/1.1, each in a connection of its own."""
        told = self._told(works, findings)
        ends = self._ends(traffic.flow(number))
        host = self._name(next((w.message.host for w in works if w.message.host), "")) or ends.addresses[1]
        own = list(islice(self._connections(ends), len(told)))
        for each in own:
            self._note_ends(each, number)
        self.made += retelling.packets(told, iter(own), host.encode())
        closed = any(hasattr(work.view, "outer") for work in works)
        self.anew[number] = f"{OPENED}, {AS_HTTP}" if closed else AS_HTTP

    def _connections(self, ends: Ends) -> Iterator[Ends]:
        """Give the same ends with ports of the client that nothing else uses; may raise Unchangeable."""
        if not self._ports:
            for each in self.traffics:
                if not each.exported and each.walked.flow_count:
                    self._ports.update(np.unique(np.asarray(each.walked.flow_columns()["port"])).tolist())
            self._ports.add(0)
        key = (*ends.addresses, ends.ports[1])
        while True:
            port = next((p for p in range(self._next.get(key, 65_535), 1023, -1) if p not in self._ports), 0)
            if not port:
                raise Unchangeable("more requests than there are ports to tell them from")
            self._next[key] = port - 1
            yield ends._replace(ports=(port, ends.ports[1]))

    def _told(self, works: list[Any], findings: list[Finding]) -> list[retelling.Told]:
        """Tell requests and answers anew; Unchangeable where a value stands in what is no part of them."""
        told = retelling.told(works, lambda work: self._parts(work, findings))
        said = (data for one in told for data in (one.asked, one.answered, *(m.data for m in one.socket)))
        if any(self.editor.hits(data) for data in said):
            raise Unchangeable(STAYS)
        return told

    def _parts(self, work: Any, findings: list[Finding]) -> list[tuple[Any, bytes]]:
        return self.editor.parts(work, self._places(work, findings))

    def _name(self, host: str) -> str:
        """Replace what is known of a person in the name of a host."""
        data = host.encode("utf-8", "surrogateescape")
        return applied(data, self.editor.hits(data)).decode("utf-8", "surrogateescape")

    def _entry(self, traffic: Traffic, own: int, works: list[Any], findings: list[Finding]) -> None:
        """Keep an exchange of an export for the archive."""
        flow = traffic.flow(own + traffic.first_flow)
        app = traffic.walked.app_of(own)
        host = next((work.message.host for work in works if work.message.host), "")
        side = archiving.Side(
            host=self._name(host),
            port=flow.server_port,
            secured=flow.decrypted,
            client_ip=self._address(flow.client_ip),
            client_port=flow.client_port,
            server_ip=flow.server_ip,
            process=(app.package or app.name) if app is not None else "",
        )
        told = self._told(works, findings)
        self.exchanges += [(each, side) for each in told]
        self._numbers += [own + traffic.first_flow] * len(told)

    def _short(self, works: list[Any], findings: list[Finding]) -> None:
        """Keep a short message of an export."""
        for work in works:
            data = b"".join(piece for _, piece in self._parts(work, findings))
            sent = work.message.side == 0
            self.short.append(archiving.short(work.time_ns, self._name(work.message.host), data, sent=sent))
            self._texts.append(work.flow.number)

    def files(self, *, shift: int) -> dict[str, bytes]:
        """Give the exports written anew, by their endings; those that would hold nothing are left out."""
        made = {}
        if self.exchanges:
            order = sorted(range(len(self.exchanges)), key=lambda n: (self.exchanges[n][0].times[0], n))
            self._numbers = [self._numbers[n] for n in order]
            self.exchanges = [self.exchanges[n] for n in order]
            made["har"] = archiving.archive(self.exchanges, shift=shift)
        if self.short:
            order = sorted(range(len(self.short)), key=lambda n: (self.short[n].time_ns, n))
            self._texts = [self._texts[n] for n in order]
            self.short = [self.short[n] for n in order]
            made["xml"] = archiving.messages(self.short, shift=shift)
        return made

    def _note_ends(self, ends: Ends, number: int) -> None:
        pairs = zip(ends.addresses, ends.ports, strict=True)
        self._ends_of[frozenset(pairs)] = number

    def flow_of(self, finding: Finding) -> int | None:
        """Give the flow that a finding in what was written stands for; None where that cannot be told."""
        ending = str(finding.capture["name"]).rpartition(".")[2]
        places = {"har": self._numbers, "xml": self._texts}.get(ending)
        if places is not None:
            number = finding.message_frames[0]
            return places[number] if number < len(places) else None
        ends = ((finding.source.ip, finding.source.port), (finding.destination.ip, finding.destination.port))
        return self._ends_of.get(frozenset(ends))

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

    def _places(self, work: Any, findings: list[Finding]) -> list[tuple[Any, Finding]]:
        """Give where values of persons stand in a message."""
        first = work.traffic.walked.place(np.asarray([work.rows[0]]))[0]
        own = [f for f in findings if f.message_frames[0] == first.frames[0] and of_person(f)]
        return [(node, f) for f in own for node in [_node(work, f)] if node is not None]

    def _changes(
        self, works: list[Any], findings: list[Finding]
    ) -> tuple[dict[int, list[Edit]], dict[tuple[int, int], list[Edit]]]:
        streams: dict[int, list[Edit]] = {}
        datagrams: dict[tuple[int, int], list[Edit]] = {}
        for work in works:
            first = work.traffic.walked.place(np.asarray([work.rows[0]]))[0]
            edits = self.editor.message(work, self._places(work, findings))
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
        self._written = len(frames)
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


def of_person(finding: Finding) -> bool:
    """Say whether a finding is to be replaced: attributes stay, unless the person named them."""
    return finding.kind != "attribute" or finding.seed is not None


def _global(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global or address.startswith("2001:db8:")
    except ValueError:
        return False
