"""Scores: which planted values were found, and how right the findings are."""

from __future__ import annotations

import collections
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .decoys import RIGHT_WHEN_SEEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .cases import Case

PROOF = frozenset({"observed", "derived"})
STRUCTURES = frozenset(
    {
        "json", "form", "xml", "cookie", "multipart", "line", "record", "protobuf", "msgpack", "cbor", "bson",
        "thrift", "plist", "java", "asn1", "tlv", "amf", "grpc", "nul", "chunked", "websocket", "sender-head",
        "authorization", "dns-name", "zip", "tar", "jwt", "split", "lines", "csv", "pairs",
        "length-head", "url-path", "bplist", "der", "flatbuffer", "labels", "event-stream",
    }
)  # fmt: skip
ALIASES = {
    "base64url": "base64",
    "utf-16": "utf16",
    "utf-32": "utf32",
    "html-numeric": "html",
    "ascii85": "base85",
    "z85": "base85",
    "lzma": "xz",
    "bzip2": "bz2",
    "zlib": "deflate",
    "messagepack": "msgpack",
    "backslash": "byte-escapes",
    "latin-1": "charset",
    "gbk": "charset",
    "lzstring-raw": "lzstring",
}  # fmt: skip
BESIDE_A_FORM = frozenset({"percent", "html", "json-escapes"})  # what structures undo by themselves


@dataclass
class Outcome:
    """What became of one case."""

    case: Case
    found: bool = False  # the planted value is named in what the subject's device sent
    false: bool = False  # of a decoy: it is reported as sent by the subject
    seen: bool = False  # of a decoy: it is reported in another, right way
    verified: bool = False
    identifier_right: bool = True  # nothing else than the planted identifier is claimed of these bytes
    frames_right: bool = False
    path_right: bool = False
    path: tuple[str, ...] = ()  # layers of the finding, outermost first
    grade: str = ""
    gaps: tuple[str, ...] = ()  # kinds of gaps of this conversation


@dataclass
class Tally:
    """Found of planted."""

    found: int = 0
    planted: int = 0

    def add(self, *, found: bool) -> None:
        """Count one case."""
        self.planted += 1
        self.found += found

    @property
    def recall(self) -> float:
        """Share that was found; 1 where nothing was planted."""
        return self.found / self.planted if self.planted else 1.0


@dataclass
class Score:
    """All outcomes of a track, and what its scans cost."""

    track: str
    outcomes: list[Outcome] = field(default_factory=list)
    cpu: float = 0.0
    scans: int = 0

    def by(self, key: str) -> dict[str, Tally]:
        """Give recall by a property of the recipe, by "layer" or "depth", of what can be read at all."""
        tallies: dict[str, Tally] = collections.defaultdict(Tally)
        for outcome in self.outcomes:
            if not outcome.case.reachable:
                continue
            for word in _words(outcome.case, key):
                tallies[word].add(found=outcome.found)
        return dict(sorted(tallies.items()))

    def macro(self) -> float:
        """Give the mean over chains of the share found."""
        chains = self.by("chain")
        return sum(tally.recall for tally in chains.values()) / len(chains) if chains else 1.0

    def share(self, name: str) -> float:
        """Give the share of found cases of which something holds ("verified", "frames_right", ...)."""
        found = [outcome for outcome in self.outcomes if outcome.found]
        return sum(bool(getattr(outcome, name)) for outcome in found) / len(found) if found else 1.0


def _words(case: Case, key: str) -> Iterable[str]:
    if key == "layer":
        return set(case.recipe.layers) or {"(none)"}
    if key == "depth":
        return [str(case.depth)]
    return [str(getattr(case.recipe, key))]


def outcomes(cases: list[Case], document: dict[str, Any]) -> list[Outcome]:
    """Compare a scan's document with the truth."""
    by_port: dict[int, list[dict[str, Any]]] = collections.defaultdict(list)
    known = {case.port: case for case in cases}
    for finding in document["findings"]:
        for end in ("source", "destination"):
            case = known.get(finding[end]["port"])
            if case is not None and finding[end]["ip"] == case.client:
                by_port[case.port].append(finding)
    gaps = _gaps(cases, document)
    found = []
    for case in cases:
        judge = _decoy if case.decoy else _positive
        outcome = judge(case, by_port[case.port])
        outcome.gaps = gaps.get(case.port, ())
        found.append(outcome)
    return found


def _gaps(cases: list[Case], document: dict[str, Any]) -> dict[int, tuple[str, ...]]:
    """Give the kinds of gaps of each conversation, which a frame or a flow leads to."""
    of_frame = {frame: case.port for case in cases for frame in (*case.body_frames, case.shortest)}
    kinds: dict[int, set[str]] = collections.defaultdict(set)
    for gap in document["gaps"]:
        port = of_frame.get(gap.get("frame"))
        if port is not None:
            kinds[port].add(gap["kind"])
    return {port: tuple(sorted(words)) for port, words in kinds.items()}


def _positive(case: Case, findings: list[dict[str, Any]]) -> Outcome:
    sent = [
        each
        for each in findings
        if each["direction"] == "sent" and each["source"]["ip"] == case.client and each["seed"] is not None
    ]
    right = [each for each in sent if each["seed"] == case.seed and each["grade"] in PROOF]
    if not right:
        return Outcome(case)
    ways = [_way(case, each) for each in right]
    best = max(range(len(right)), key=lambda at: (ways[at][1] + ways[at][2], right[at]["verified"]))
    others = [each for each in sent if each["seed"] != case.seed and each["grade"] in PROOF]
    overlap = [each for each in others if set(each["frames"]) & set(right[best]["frames"])]
    same = [each for each in overlap if each["stream_range"] == right[best]["stream_range"]]
    return Outcome(
        case,
        found=True,
        verified=any(each["verified"] for each in right),
        identifier_right=not same or case.recipe.identifier == "location",
        frames_right=ways[best][2],
        path_right=ways[best][1],
        path=ways[best][0],
        grade=right[best]["grade"],
    )


def _way(case: Case, finding: dict[str, Any]) -> tuple[tuple[str, ...], bool, bool]:
    """Give the layers of a finding, and whether they and its frames are right."""
    path = tuple(layer["codec"] for layer in finding["layers"])
    frames = set(finding["frames"])
    return (
        path,
        right_way(path, case.layers),
        set(case.frames) <= frames <= set(case.body_frames),
    )


def right_way(path: Iterable[str], truth: tuple[str, ...]) -> bool:
    """Compare what changes bytes; layers that left the value readable may be named or not."""
    rest = transforms(path)
    for layer in transforms(truth):
        name = layer.removeprefix("~")
        if rest and rest[0] == name:
            rest.pop(0)
        elif not layer.startswith("~"):
            return False
    return not rest


def transforms(layers: Iterable[str]) -> list[str]:
    """Give what changes bytes, under one name each; structures and their own escapes are left out."""
    found = []
    for layer in layers:
        bare = layer.removeprefix("~")
        name = ALIASES.get(bare, bare)
        if name not in LEFT_OUT:
            found.append(("~" if bare != layer else "") + name)
    return found


PROTOCOLS = frozenset({"http", "mqtt", "coap", "dns", "tcp", "udp", "stream", "datagram", "tls", "quic"})
SPELLED = frozenset(
    {
        "bcd",
        "integer-bytes",
        "float64",
        "float32",
        "varint",
        "integer",
        "unhex",
        "eui-64",
        "guid",
        "degrees",
        "buvid",
        "salted",
    }
)  # ways of writing a value that are no layers here
LEFT_OUT = STRUCTURES | BESIDE_A_FORM | PROTOCOLS | SPELLED


def _decoy(case: Case, findings: list[dict[str, Any]]) -> Outcome:
    """Call a decoy false when a known value is said to have been sent by the subject to the internet."""
    named = [each for each in findings if each["seed"] is not None]
    if case.decoy == "placeholder":
        named = [each for each in findings if each["identifier"] == case.recipe.identifier]
    claimed = [
        each
        for each in named
        if each["grade"] in PROOF or each["seed"] == case.seed
        if each["direction"] == "sent" and not _rightly(case, each)
    ]
    return Outcome(case, false=bool(claimed), seen=bool(named) and case.decoy in RIGHT_WHEN_SEEN)


def _rightly(case: Case, finding: dict[str, Any]) -> bool:
    if case.decoy == "local":
        return bool(finding["scope"] == "local-network")
    if case.decoy == "other-device":
        return bool(finding["source"]["ip"] != "192.168.50.20")
    return False


def cause(outcome: Outcome, encodings: frozenset[str], *, keys: bool) -> str:
    """Say what a missed case most likely lacks."""
    case = outcome.case
    needed = {ALIASES.get(layer, layer) for layer in case.layers if not layer.startswith("~")}
    known = {ALIASES.get(name, name) for name in encodings} | DIGESTS | LEFT_OUT | SEARCHED
    ciphers = sorted(needed & CIPHERS)
    if ciphers and not keys:
        return "cipher, and no way to hand over a key: " + ", ".join(ciphers)
    missing = sorted(needed - known - CIPHERS)
    if missing:
        return "missing: " + ", ".join(missing)
    if case.recipe.carrier == "websocket" or "websocket" in case.layers:
        return "WebSocket frames"
    if "xor" in needed:
        return "XOR with an unknown key"
    if "limit" in outcome.gaps:
        return "budget"
    spelling = case.recipe.spelling or "usual"
    if case.depth == 0:
        return f"carrier or spelling: {case.recipe.carrier}, {spelling}"
    if case.track == "F":
        return f"{case.recipe.family}: {case.recipe.chain}"
    return f"known layers, depth {case.depth}"


SEARCHED = frozenset({"utf16", "reverse", "xor", "deflate"})  # what is no encoding of the list and yet found
CIPHERS = frozenset({"aes", "des", "3des", "blowfish", "sm4", "rc4"})
DIGESTS = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
