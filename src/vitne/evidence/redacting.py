"""A capture without the values of a person: flows that hold findings and the DNS that named them, rebuilt.

Every spelling of every value that was found or is known is replaced, in each layer it stands in; all other
traffic is left out and counted.  Then the output is searched for every original value in every encoding, and
nothing is handed over if one is left.  This is chosen on purpose against exporting nothing but findings: a
rebuilt capture can be examined by others.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.evidence.editing import Editor
from vitne.evidence.pairs import FOUND, Pairs
from vitne.evidence.pcapng import packet_at, write
from vitne.evidence.rebuilding import OPENED, STAYS, Rebuilt, of_person
from vitne.evidence.replacing import Replacer
from vitne.identify.needles import Needles
from vitne.identify.search import Searcher
from vitne.identify.values import check_value
from vitne.model import Secrets, Seed, StoreError, Subject
from vitne.pipeline import Options, run_scan
from vitne.pipeline.openings import Openings
from vitne.pipeline.replay import was_closed
from vitne.pipeline.traffic import give_keys, open_traffic

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from vitne.model import Finding
    from vitne.pipeline import Result
    from vitne.pipeline.traffic import Traffic

NAME = "redacted"
_NUMBERS = {"location", "cell-id"}
_ANY_TEXT = "account-name"  # an identifier whose values are not checked
_HARDWARE = {"mac-address", "bssid"}
_LEAST = 5  # characters of a value that is looked for wherever it stands
_DAY = 86_400 * 10**9
_TURNS = 8  # times that a capture is rebuilt without what did not come out as it should


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """What came out."""

    files: dict[str, bytes]  # name and content: packets as pcapng, exchanges as HAR, short messages as XML
    subject: Subject  # stand-ins of the known values, as known values of the new captures
    mapping: list[dict[str, str]]  # identifier, original, stand-in: to be kept apart and sealed
    counts: dict[str, int]  # packets and flows kept and left out, values replaced
    left_out: dict[str, int]  # why flows with findings were left out
    told_anew: dict[str, int]  # flows that stand there in another form, by what they went in
    same: bool  # scanning the output gives the same findings but for the values
    differ: list[str]  # what is not the same
    result: Any = None  # Result of scanning the files with the stand-ins; None without files

    @property
    def capture(self) -> bytes:
        """The packets, as pcapng; b"" where there are none."""
        return self.files.get(f"{NAME}.pcapng", b"")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the scan was given that is to be redacted, beside the captures."""

    subject: Subject  # known values of the person
    keys: tuple[str, ...] = ()  # key logs
    secrets: Secrets = msgspec.field(default_factory=Secrets)  # keys, salts and alphabets of senders
    device: str | None = None  # limit of the scan


def redact(paths: Sequence[str], known: Subject | Known, *, secret: bytes, shift: bool = False) -> Redacted:
    """Make captures without the values; raises StoreError where an original value is left in them.

    Flows that were opened with keys or went through a tunnel are told anew as plain ones, what has no plain
    form as HTTP/1.1, and exports as HAR.  A flow in which an original value would stay, or whose findings
    would come out otherwise, is left out and counted.
    """
    asked = known if isinstance(known, Known) else Known(subject=known)
    replacer = Replacer(secret)
    options = Options(
        subject=asked.subject, jobs=1, keys=asked.keys, secrets=asked.secrets, device=asked.device
    )
    result = run_scan(paths, options)
    pairs = Pairs(known_values(result, asked.subject), replacer, asked.secrets.salts)
    _, traffics, _ = open_traffic(paths, stdin=None, progress=lambda *_: None)
    try:
        give_keys(traffics, asked.keys)
        work = _Work(asked, pairs, result, _shift(replacer) if shift else 0)
        rebuilt, files, differ = work.whole(traffics, replacer)
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()
    mapping = [
        {"identifier": one.identifier, "original": one.value, "stand_in": two.value}
        for one, two in zip(pairs.seeds, pairs.stand_ins, strict=True)
        if one.value
    ]
    return Redacted(
        files=files,
        subject=work.stand_ins,
        mapping=mapping,
        counts=rebuilt.counts(len(mapping)),
        left_out=dict(rebuilt.left_out + Counter(rebuilt.reasons.values())),
        told_anew=dict(Counter(flow.anew for flow in rebuilt.flows.values() if flow.anew)),
        same=not differ,
        differ=differ,
        result=work.scanned if files else None,
    )


class _Work:
    """What rebuilt captures are held against: the values that may not stay, and the findings that must."""

    def __init__(self, asked: Known, pairs: Pairs, result: Result, shift: int) -> None:
        self.asked, self.pairs, self.result, self.shift = asked, pairs, result, shift
        self.scanned: Result | None = None  # what was made, with the stand-ins, at last
        known = len(asked.subject.seeds)
        self.stand_ins = Subject(seeds=tuple(pairs.stand_ins[:known]))  # what is found stays found
        self.originals = Subject(seeds=tuple(map(_sought, pairs.seeds)))

    def whole(
        self, traffics: list[Traffic], replacer: Replacer
    ) -> tuple[Rebuilt, dict[str, bytes], list[str]]:
        """Rebuild what can be; what does not come out as it should is rebuilt in another way, or left out.

        Flows that are rebuilt anew are looked at alone; then all is, once more.
        """
        rebuilt = Rebuilt(traffics, self.result, Editor(self.pairs, self.asked.secrets), replacer)
        salts = self.asked.secrets.salts
        rebuilt.opener = Openings(self.asked.secrets, Searcher(self.asked.subject.seeds, salts=salts))
        rebuilt.read()
        unplaced: list[str] = []
        differ: list[str] = []
        for turn in range(_TURNS):
            files = _files(rebuilt, self.shift)
            wrong, unplaced, differ = self._looked_at(rebuilt, files, set(rebuilt.flows))
            if not wrong or unplaced or turn == _TURNS - 1:
                _refuse(unplaced or sorted({why for why in wrong.values() if why == STAYS}))
                break
            while wrong:
                anew = {number for number, why in wrong.items() if rebuilt.again(number, why)}
                if not anew:
                    break
                wrong, _, _ = self._looked_at(rebuilt, _files(rebuilt, self.shift, anew), anew)
        return rebuilt, files, differ

    def _looked_at(
        self, rebuilt: Rebuilt, files: Mapping[str, bytes], flows: set[int]
    ) -> tuple[dict[int, str], list[str], list[str]]:
        """Say which of some flows are not as they should be, where else values stay, and what differs."""
        left, unplaced = self._left(rebuilt, files)
        otherwise, differ = self._otherwise(rebuilt, files, flows)
        wrong = {number: why for number, why in {**otherwise, **left}.items() if number in rebuilt.flows}
        return wrong, unplaced, differ

    def _left(self, rebuilt: Rebuilt, files: Mapping[str, bytes]) -> tuple[dict[int, str], list[str]]:
        """Give the flows in which an original value is still there, and where one stands in none of them."""
        names = {seed.name for seed in self.pairs.seeds}
        found: dict[int, str] = {}
        unplaced = _in_raw_bytes(files, self.pairs, rebuilt.order, found)
        again = _scanned(files, self.originals, self.asked.secrets)
        for one in () if again is None else again.findings:
            if one.grade not in {"observed", "derived"} or one.seed not in names:
                continue
            flow = rebuilt.flow_of(one)
            if flow is None:
                unplaced.append(f"{one.identifier} in frame {one.frames[0]} ({one.protocol})")
            else:
                found[flow] = STAYS
        return found, [] if found else unplaced

    def _otherwise(
        self, rebuilt: Rebuilt, files: Mapping[str, bytes], flows: set[int]
    ) -> tuple[dict[int, str], list[str]]:
        """Give the flows whose findings would come out otherwise, and all that differs."""
        self.scanned = _scanned(files, self.stand_ins, self.asked.secrets)
        found = () if self.scanned is None else self.scanned.findings
        wanted = self._kept(rebuilt, flows)
        now: dict[int | None, list[Finding]] = {}
        for one in found:
            now.setdefault(rebuilt.flow_of(one), []).append(one)
        before: dict[int | None, list[Finding]] = {}
        for one in wanted:
            before.setdefault(one.flow, []).append(one)
        every = sorted(flow for flow in {*now, *before} if flow is not None)
        wrong = [flow for flow in every if difference(before.get(flow, []), now.get(flow, []))]
        return dict.fromkeys(wrong, "its findings would come out otherwise"), difference(wanted, found)

    def _kept(self, rebuilt: Rebuilt, flows: set[int]) -> list[Finding]:
        """Give the findings of the flows that are kept, without those on the wire of what was opened."""
        kept = [one for one in self.result.findings if one.flow in flows]
        outside = {id(f) for f in kept if _opened(rebuilt, f) and not was_closed(f)}
        if outside:
            what = "stood beside what was opened, on the wire"
            rebuilt.left_out[what] = len({one.flow for one in kept if id(one) in outside})
        return [one for one in kept if id(one) not in outside]


def _opened(rebuilt: Rebuilt, finding: Finding) -> bool:
    made = rebuilt.flows.get(finding.flow)
    return made is not None and made.anew.startswith(OPENED)


def _files(rebuilt: Rebuilt, shift: int, only: Collection[int] | None = None) -> dict[str, bytes]:
    """Write what was rebuilt, by name."""
    about = "Rebuilt by vitne redact: values of persons are replaced, other traffic is left out."
    frames = rebuilt.frames(shift=shift, only=only)
    files = {f"{NAME}.pcapng": write(frames, about)} if frames else {}
    return files | {
        f"{NAME}.{ending}": data for ending, data in rebuilt.files(shift=shift, only=only).items()
    }


def known_values(result: Result, subject: Subject) -> list[Seed]:
    """Give every value that must not be in the output: those known beforehand, and those that were found."""
    seeds = list(subject.seeds)
    have = {(seed.identifier, seed.value.lower()) for seed in seeds}
    values = [(f.identifier, f.value) for f in result.findings if of_person(f)]
    values += [("mac-address", d.mac) for d in result.devices if check_value("mac-address", d.mac).ok]
    for number, (identifier, value) in enumerate(dict.fromkeys(values), 1):
        if (identifier, value.lower()) in have or identifier in _NUMBERS or len(value) < _LEAST:
            continue
        have.add((identifier, value.lower()))
        seeds.append(Seed(identifier=identifier, name=f"{FOUND}{number}", value=value))
    return seeds


def _sought(seed: Seed) -> Seed:
    """Give a value as one to be looked for; one that fails the checks of its kind as any other text."""
    sound = seed.identifier in _NUMBERS or check_value(seed.identifier, seed.value).ok
    kind = seed.identifier if sound else _ANY_TEXT
    return msgspec.structs.replace(seed, origin="subject", identifier=kind)


def _shift(replacer: Replacer) -> int:
    """Give a secret constant of up to a hundred days, in whole seconds."""
    days = int.from_bytes(replacer.stream("time", "shift")[:8], "big") % (200 * _DAY)
    return (days - 100 * _DAY) // 10**9 * 10**9


def _scanned(files: Mapping[str, bytes], subject: Subject, secrets: Secrets) -> Result | None:
    """Scan what was made, from a private folder."""
    if not files:
        return None
    with tempfile.TemporaryDirectory(prefix="vitne-") as base:
        for name, data in files.items():
            (Path(base) / name).write_bytes(data)
        paths = [str(Path(base) / name) for name in files]
        return run_scan(paths, Options(subject=subject, secrets=secrets, jobs=1))


def _in_raw_bytes(
    files: Mapping[str, bytes], pairs: Pairs, order: Sequence[int], found: dict[int, str]
) -> list[str]:
    """Note the flows in whose packets original values stand raw, and say what stands elsewhere."""
    strong = [n for n in pairs.needles if len(n.data) >= 8]
    search = Needles.compile(strong)
    unplaced = []
    for name, data in files.items():
        hits = search.scan(data)
        packets = packet_at(data) if name.endswith(".pcapng") and len(hits) else None
        for needle, start in zip(hits.needle.tolist(), hits.start.tolist(), strict=True):
            at = -1 if packets is None else packets(start)
            if 0 <= at < len(order):
                found[order[at]] = STAYS
            else:
                unplaced.append(f"{pairs.seeds[strong[needle].seed].identifier} in the raw bytes")
    return unplaced


def _refuse(where: Sequence[str]) -> None:
    """Raise StoreError where an original value is still there."""
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
    # told as HTTP/1.1, a field stands there without the compression it had: the layers tell, not the word
    grade = "known" if finding.grade in {"observed", "derived"} else finding.grade
    identifier = finding.identifier
    if identifier in _HARDWARE and finding.seed is None:
        identifier = "hardware address"  # which of the two it is called follows from other traffic
    return identifier, grade, finding.direction, finding.protocol, codecs
