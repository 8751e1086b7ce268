"""The flows of a redacted capture: which are kept, in which way each is rebuilt, and what it becomes."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from vitne.evidence import archiving, forging, retelling
from vitne.evidence.addressing import Addresses
from vitne.evidence.edits import Edit, Unchangeable, applied, merged
from vitne.evidence.insides import plain_frames, to_be_told
from vitne.evidence.places import between, datagrams_of, placed
from vitne.evidence.plainly import Ends
from vitne.evidence.reframing import Reframer
from vitne.evidence.rewritten import WAYS, Rewritten, Way
from vitne.pipeline.insideviews import QuicView
from vitne.pipeline.replay import _node, _works
from vitne.pipeline.traffic import devices_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from vitne.attribute import Devices
    from vitne.evidence.editing import Editor
    from vitne.evidence.pcapng import Frame
    from vitne.evidence.replacing import Replacer
    from vitne.model import Finding, Flow
    from vitne.pipeline import Result
    from vitne.pipeline.openings import Openings
    from vitne.pipeline.traffic import Traffic

OPENED = "opened with keys"
AS_HTTP = "told as HTTP/1.1"
AS_PACKETS = "told in new packets"
ENTRIES = "entries of an export"
STAYS = "an original value would stay in it"


class Rebuilt:
    """The kept flows, and what each becomes."""

    def __init__(self, traffics: list[Traffic], result: Result, editor: Editor, replacer: Replacer) -> None:
        self.traffics = traffics
        self.result = result
        self.editor = editor
        self.replacer = replacer
        self.opener: Openings | None = None
        self.flows: dict[int, Rewritten] = {}
        self.reasons: dict[int, str] = {}  # flows with findings that are left out, and why
        self.left_out: Counter[str] = Counter()  # what else is, and why
        self._reframer = Reframer(traffics, result)
        self.order: list[int] = []  # of the flow that each packet written last is of
        self._entries: list[int] = []  # of the flow that each of the exchanges written last is
        self._texts: list[int] = []  # of the flow that each short message written last is
        self._ends_of: dict[frozenset[tuple[str, int]], int] = {}  # as written: flow of packets between them
        self._keys: dict[Any, int] = {}  # the flow whose packets in their place have a protocol and ends
        self._written = self._anew = 0  # packets
        self._ports: set[int] = set()  # that flows of the captures use
        self._next: dict[tuple[str, str, int], int] = {}  # between two ends: the port to try next
        own = {a for d in result.devices if not d.router for a in d.addresses}
        self._addresses = Addresses(replacer, own)
        self._findings: dict[int, list[Finding]] = {}
        for finding in result.findings:
            self._findings.setdefault(finding.flow, []).append(finding)

    @cached_property
    def _devices(self) -> Devices:
        return devices_of(self.traffics)

    def counts(self, values: int) -> dict[str, int]:
        """Give the numbers of what was kept and left out; so many values were replaced."""
        total = sum(t.walked.flow_count for t in self.traffics)
        told = {
            "packets_kept": self._written,
            "packets_left_out": self._reframer.packets - (self._written - self._anew),
            "flows_kept": len(self.flows),
            "flows_left_out": total - len(self.flows),
            "values_replaced": values,
        }
        if any(traffic.exported for traffic in self.traffics):
            told["entries_kept"] = sum(len(f.exchanges) + len(f.short) for f in self.flows.values())
        return told

    def read(self) -> None:
        """Read the flows with findings, then the DNS that named their far ends, and note the changes."""
        hosts = {f.destination.host for f in self.result.findings if f.destination.host}
        naming = {t.flow for t in self.result.transmissions if t.protocol == "dns"} - set(self._findings)
        for traffic in self.traffics:
            for own in range(traffic.walked.flow_count):
                number = own + traffic.first_flow
                if number in self._findings or number in naming:
                    self._flow(traffic, own, named=hosts if number in naming else None)

    def again(self, number: int, why: str) -> bool:
        """Rebuild a flow in the next way; leave it out with a reason where there is none, and say so."""
        made = self.flows.pop(number, None)
        traffic = next(t for t in self.traffics if 0 <= number - t.first_flow < t.walked.flow_count)
        ways = WAYS[WAYS.index(made.way) + 1 :] if made is not None and number in self._findings else ()
        if ways and not traffic.exported:
            self._flow(traffic, number - traffic.first_flow, ways=ways)
        if number not in self.flows and number in self._findings:
            self.reasons[number] = why
        return number in self.flows

    def _flow(
        self, traffic: Traffic, own: int, *, named: set[str] | None = None, ways: tuple[Way, ...] = WAYS
    ) -> None:
        number = own + traffic.first_flow
        works = list(_works(self.traffics, traffic, own, opener=self.opener, devices=self._devices))
        if named is not None and not any(name in named for w in works for _, name in w.message.names):
            return
        reason = ""
        for way in ways:
            try:
                made = self._in_one_way(traffic, own, works, way)
            except (Unchangeable, ValueError) as error:
                reason = reason or str(error)
                continue
            if made is not None:
                self.flows[number] = made
                for ends in made.ends:
                    self._ends_of[ends] = number
                return
        if named is None:
            self.reasons[number] = reason or "it cannot be rebuilt"

    def _in_one_way(self, traffic: Traffic, own: int, works: list[Any], way: Way) -> Rewritten | None:
        """Rebuild a flow in one way; None where that is not one of its ways, Unchangeable where it fails."""
        number = own + traffic.first_flow
        spoken = any(work.message.protocol in retelling.SPOKEN for work in works)
        if traffic.exported and (spoken or traffic.flow(number).transport == "sms"):
            if way != WAYS[0]:
                return None
            return self._entry(traffic, own, works) if spoken else self._short(works, number)
        anew = to_be_told(traffic, number, works)
        told = works if anew is None else anew
        packed = any(isinstance(work.view, QuicView) for work in told)
        if way == "as HTTP/1.1":
            return self._as_http(traffic, number, told)
        if packed:
            return None
        if way == "as plain packets":
            return self._as_packets(traffic, number, told)
        return self._in_place(traffic, number, works) if anew is None else None

    def _in_place(self, traffic: Traffic, number: int, works: list[Any]) -> Rewritten:
        """Change the packets of a flow where they are."""
        flow = traffic.flow(number)
        streams, datagrams = self._changes(works, number)
        ends = ((flow.client_ip, flow.client_port), (flow.server_ip, flow.server_port))
        protocol = forging.TCP if flow.transport == "tcp" else forging.UDP
        keys = {(protocol, *ends): 0, (protocol, *ends[::-1]): 1}
        if any(self._keys.setdefault(key, number) != number for key in keys):
            raise Unchangeable("another flow between the same ports")
        made = Rewritten(way="in its place", keys=keys, datagrams=datagrams)
        made.ends.add(_pair(self._ends(flow)))
        made.streams = {side: merged(edits) for side, edits in streams.items()}
        made.known = set(datagrams_of(works)) if flow.transport == "udp" else None
        for work in works:
            if work.datagram_at < 0 and work.message.side not in made.runs:
                _, offsets, _, rows = work.view.runs
                frames = [int(each) for each in traffic.walked.frame_of(np.asarray(rows))]
                made.runs[work.message.side] = list(zip(frames, offsets, strict=True))
        return made

    def _as_packets(self, traffic: Traffic, number: int, works: list[Any]) -> Rewritten:
        """Tell the messages of a flow in packets of their own."""
        flow = traffic.flow(number)
        streams, datagrams = self._changes(works, number, plain=True)
        ends = self._ends(flow)
        if self._ends_of.get(_pair(ends), number) != number:
            ends = next(self._connections(ends))
        sides = {side: merged(edits) for side, edits in streams.items()}
        why = f"tunnel {flow.tunnel}" if flow.tunnel else ENTRIES if traffic.exported else ""
        closed = any(hasattr(work.view, "outer") for work in works)
        return Rewritten(
            way="as plain packets",
            ends={_pair(ends)},
            frames=plain_frames(works, ends, streams=sides, datagrams=datagrams),
            anew=why or (OPENED if closed else AS_PACKETS),
        )

    def _as_http(self, traffic: Traffic, number: int, works: list[Any]) -> Rewritten | None:
        """Tell requests and answers as HTTP/1.1, each in a connection of its own."""
        if not any(work.message.protocol in retelling.SPOKEN for work in works):
            return None
        told = self._told(works, number)
        ends = self._ends(traffic.flow(number))
        host = self._name(next((w.message.host for w in works if w.message.host), "")) or ends.addresses[1]
        own = list(islice(self._connections(ends), len(told)))
        closed = any(hasattr(work.view, "outer") for work in works)
        return Rewritten(
            way="as HTTP/1.1",
            ends={_pair(each) for each in own},
            frames=retelling.packets(told, iter(own), host.encode()),
            anew=f"{OPENED}, {AS_HTTP}" if closed else AS_HTTP,
        )

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

    def _told(self, works: list[Any], number: int) -> list[retelling.Told]:
        """Tell requests and answers anew; Unchangeable where a value stands in what is no part of them."""
        told = retelling.told(works, lambda work: self._parts(work, number))
        said = (data for one in told for data in (one.asked, one.answered, *(m.data for m in one.socket)))
        if any(self.editor.hits(data) for data in said):
            raise Unchangeable(STAYS)
        return told

    def _parts(self, work: Any, number: int) -> list[tuple[Any, bytes]]:
        return self.editor.parts(work, self._places(work, number))

    def _name(self, host: str) -> str:
        """Replace what is known of a person in the name of a host."""
        data = host.encode("utf-8", "surrogateescape")
        return applied(data, self.editor.hits(data)).decode("utf-8", "surrogateescape")

    def _entry(self, traffic: Traffic, own: int, works: list[Any]) -> Rewritten:
        """Keep an exchange of an export for the archive."""
        flow = traffic.flow(own + traffic.first_flow)
        app = traffic.walked.app_of(own)
        host = next((work.message.host for work in works if work.message.host), "")
        side = archiving.Side(
            host=self._name(host),
            port=flow.server_port,
            secured=flow.decrypted,
            client_ip=self._addresses.ip(flow.client_ip),
            client_port=flow.client_port,
            server_ip=flow.server_ip,
            process=(app.package or app.name) if app is not None else "",
        )
        told = self._told(works, own + traffic.first_flow)
        return Rewritten(way=WAYS[0], exchanges=[(each, side) for each in told])

    def _short(self, works: list[Any], number: int) -> Rewritten:
        """Keep a short message of an export."""
        made = Rewritten(way=WAYS[0])
        for work in works:
            data = b"".join(piece for _, piece in self._parts(work, number))
            sent = work.message.side == 0
            made.short.append(archiving.short(work.time_ns, self._name(work.message.host), data, sent=sent))
        return made

    def files(self, *, shift: int, only: Collection[int] | None = None) -> dict[str, bytes]:
        """Give the exports written anew, by their endings; those that would hold nothing are left out."""
        flows = [(n, flow) for n, flow in sorted(self.flows.items()) if only is None or n in only]
        entries = [(n, each) for n, flow in flows for each in flow.exchanges]
        short = [(n, each) for n, flow in flows for each in flow.short]
        entries.sort(key=lambda row: row[1][0].times[0])
        short.sort(key=lambda row: row[1].time_ns)
        self._entries, self._texts = [n for n, _ in entries], [n for n, _ in short]
        made = {}
        if entries:
            made["har"] = archiving.archive([each for _, each in entries], shift=shift)
        if short:
            made["xml"] = archiving.messages([each for _, each in short], shift=shift)
        return made

    def frames(self, *, shift: int, only: Collection[int] | None = None) -> list[Frame]:
        """Give the frames of the kept flows, in the order of the captures, or of time if some are new."""
        flows = {n: flow for n, flow in sorted(self.flows.items()) if only is None or n in only}
        rows = self._reframer.frames(flows, hardware=self._addresses.link, address=self._addresses.ip)
        new = [(number, frame) for number, flow in flows.items() for frame in flow.frames]
        self._written, self._anew = len(rows) + len(new), len(new)
        if new:
            rows = sorted([*rows, *new], key=lambda row: row[1].time_ns)
        self.order = [number for number, _ in rows]
        return [frame._replace(time_ns=frame.time_ns + shift) for _, frame in rows]

    def flow_of(self, finding: Finding) -> int | None:
        """Give the flow that a finding in what was written stands for; None where that cannot be told."""
        ending = str(finding.capture["name"]).rpartition(".")[2]
        places = {"har": self._entries, "xml": self._texts}.get(ending)
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
        links = [self._addresses.link(mac + bytes(8))[:6] if len(mac) == 6 else b"" for mac in macs]
        return Ends(
            addresses=(self._addresses.ip(flow.client_ip), self._addresses.ip(flow.server_ip)),
            ports=(flow.client_port, flow.server_port),
            hardware=(links[0], links[1]),
        )

    def _places(self, work: Any, number: int) -> list[tuple[Any, Finding]]:
        """Give where values of persons stand in a message."""
        first = work.traffic.walked.place(np.asarray([work.rows[0]]))[0]
        findings = self._findings.get(number, ())
        own = [f for f in findings if f.message_frames[0] == first.frames[0] and of_person(f)]
        return [(node, f) for f in own for node in [_node(work, f)] if node is not None]

    def _changes(
        self, works: list[Any], number: int, *, plain: bool = False
    ) -> tuple[dict[int, list[Edit]], dict[tuple[int, int], list[Edit]]]:
        streams: dict[int, list[Edit]] = {}
        datagrams: dict[tuple[int, int], list[Edit]] = {}
        for work in works:
            edits = self.editor.message(work, self._places(work, number))
            for where, edit in placed(work, edits, plain=plain):
                if isinstance(where, int):
                    streams.setdefault(where, []).append(edit)
                else:
                    datagrams[where] = merged([*datagrams.get(where, []), edit])
        for view in {id(work.view): work for work in works}.values():
            for where, edit in between(view, self.editor, plain=plain):
                if isinstance(where, int):
                    streams[where] = merged([*streams.get(where, []), edit])
                else:
                    datagrams[where] = merged([*datagrams.get(where, []), edit])
        return streams, datagrams


def of_person(finding: Finding) -> bool:
    """Say whether a finding is to be replaced: attributes stay, unless the person named them."""
    return finding.kind != "attribute" or finding.seed is not None


def _pair(ends: Ends) -> frozenset[tuple[str, int]]:
    return frozenset(zip(ends.addresses, ends.ports, strict=True))
