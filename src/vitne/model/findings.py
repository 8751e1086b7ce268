"""Sightings, destinations and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from vitne.model.identifiers import Grade
from vitne.model.messages import Layer

if TYPE_CHECKING:
    from vitne.model.messages import Message, Node
    from vitne.model.subject import Seed

Direction = Literal["sent", "received"]
Delivery = Literal["attempted", "connected", "sent", "acknowledged", "accepted", "refused", "unknown"]
Protection = Literal["clear", "encoded", "decrypted"]
Scope = Literal["internet", "local-network", "multicast", "operator-core", "this-device"]
AppSource = Literal[
    "pcapdroid-trailer",  # written behind each frame by PCAPdroid
    "pcapdroid-comment",  # written as a comment of each packet by PCAPdroid
    "process-comment",  # written as a comment of each packet by a tool that captures on iOS
    "process-block",  # blocks that Apple's tcpdump writes into pcapng, and packets point to
    "pktap",  # header that macOS and iOS put before each frame
    "proc-net",  # table of open sockets (/proc/net) given beside the capture
    "socket-trace",  # log of calls on sockets, made inside the app while it ran
    "netstats",  # the only app that sent anything at that time by Android's own count
    "export",  # the export says so
    "several",  # what is told of its frames does not agree: no app is named
    "unknown",  # nothing tells
]
HostSource = Literal["http-host", "sni", "dns", "export", "none"]


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one kind at one place in the unwrapped bytes."""

    node: Any  # Node in whose data it stands
    start: int  # half-open range in the node's data
    end: int
    identifier: str  # word of the closed list
    value: str  # canonical value
    grade: Grade
    seed: Any = None  # Seed it equals, or None
    field: str = ""  # name in the sender's own record
    spelling_layers: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
    # codecs between the bytes in place and the value that no Node stands for, each with its options:
    # (("base64", (("shift", 1),)),), (("md5", ()),)
    spelling_verified: bool = True  # writing the value in that spelling gives the bytes in place
    sender: str | None = None  # id of the known sender that declares it
    evalue: float | None = None  # expected number of chance hits, where it can be given
    reasons: tuple[str, ...] = ()  # for a person, without the value
    prior: float = 0.0  # rank among sightings of one place: the higher wins


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoint that sent."""

    ip: str
    port: int
    mac: str  # link address of its frames, "" where the link has none or it belongs to a router
    device: str  # label of the device it belongs to, e.g. "phone-name (00:00:5e:00:53:01)"


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where bytes went, technically."""

    ip: str
    port: int
    host: str  # name, "" where none is known
    host_source: HostSource  # how the name is known
    domain: str  # registrable domain of the host, "" without


class App(msgspec.Struct, frozen=True, kw_only=True):
    """The program on the device that sent or received, as far as something tells."""

    package: str = ""  # its package; several that share one user are joined by ", "; "" where not known
    uid: int | None = None  # number of the user it runs as on the device
    name: str = ""  # name it shows to people, or of its process
    pid: int | None = None  # number of its process while it was recorded
    source: AppSource = "unknown"  # how it is known


class Also(msgspec.Struct, frozen=True, kw_only=True):
    """A further spelling of the same value in the same message."""

    frames: tuple[int, ...]
    layers: tuple[dict[str, Any], ...]
    field: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One value of one identifier in one message to one destination.  Names are a contract."""

    id: str  # from the place alone, never from the value
    group: str  # shared by repeats in other messages
    identifier: str
    kind: str
    seed: str | None  # name in the subject file, "identifier#n", or null
    value: str  # canonical value, masked unless revealed
    spelling: str  # what stood in the innermost layer, masked unless revealed
    field: str  # name in the sender's own record
    grade: Grade
    evalue: float | None
    reasons: tuple[str, ...]
    verified: bool  # wrapping the value again, layer by layer, gives the captured bytes
    direction: Direction
    delivery: Delivery
    answer: str  # the answer that told, e.g. "HTTP 200, resultCode 0"; "" without
    protection: Protection
    scope: Scope
    capture: dict[str, str]  # name, sha256
    frames: tuple[int, ...]  # all frames that hold bytes of the value, from 1; of an export entries, from 0
    message_frames: tuple[int, int]  # first and last frame of the message; of an export its entry
    time_ns: int  # nanoseconds UTC of the message's first frame
    time: str  # the same as RFC 3339
    transport: str
    source: Source
    destination: Destination
    layers: tuple[dict[str, Any], ...]  # codec, path, range (half-open, in the layer before), params
    value_range: tuple[int, int]  # where the spelling stands in the innermost layer
    stream_range: tuple[int, int]  # where its bytes stand in the stream or datagram
    also: tuple[Also, ...]
    sender: str | None  # id of the known sender
    filter: str  # Wireshark display filter that shows the frames; "" for an export
    protocol: str  # protocol of the message
    flow: int  # number of the flow
    app: App = App()  # program on the device


__all__ = [
    "Also",
    "App",
    "AppSource",
    "Delivery",
    "Destination",
    "Direction",
    "Finding",
    "HostSource",
    "Layer",
    "Protection",
    "Scope",
    "Sighting",
    "Source",
]
if TYPE_CHECKING:
    _ = (Message, Node, Seed)
