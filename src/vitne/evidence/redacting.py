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
from typing import TYPE_CHECKING

import msgspec

from vitne.evidence.editing import Editor
from vitne.evidence.pcapng import write
from vitne.evidence.rebuilding import OPENED, Rebuilt, of_person
from vitne.evidence.replacing import Pairs, Replacer
from vitne.identify.needles import Needles
from vitne.identify.search import Searcher
from vitne.model import Secrets, Seed, StoreError, Subject
from vitne.pipeline import Options, run_scan
from vitne.pipeline.openings import Openings
from vitne.pipeline.replay import was_closed
from vitne.pipeline.traffic import give_keys, open_traffic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitne.model import Finding
    from vitne.pipeline import Result

NAME = "redacted"
_NUMBERS = {"location", "cell-id"}
_LEAST = 5  # characters of a value that is looked for wherever it stands
_DAY = 86_400 * 10**9


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
    form as HTTP/1.1, and exports as HAR.
    """
    asked = known if isinstance(known, Known) else Known(subject=known)
    subject = asked.subject
    replacer = Replacer(secret)
    options = Options(subject=subject, jobs=1, keys=asked.keys, secrets=asked.secrets, device=asked.device)
    result = run_scan(paths, options)
    seeds = known_values(result, subject)
    pairs = Pairs(seeds, replacer)
    moved = _shift(replacer) if shift else 0
    _, traffics, _ = open_traffic(paths, stdin=None, progress=lambda *_: None)
    try:
        give_keys(traffics, asked.keys)
        rebuilt = Rebuilt(traffics, result, Editor(pairs), replacer)
        rebuilt.opener = Openings(asked.secrets, Searcher(subject.seeds, salts=asked.secrets.salts))
        rebuilt.read()
        frames = rebuilt.frames(shift=moved)
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()
    about = "Rebuilt by vitne redact: values of persons are replaced, other traffic is left out."
    files = {f"{NAME}.pcapng": write(frames, about)} if frames else {}
    files |= {f"{NAME}.{ending}": data for ending, data in rebuilt.files(shift=moved).items()}
    stand_ins = Subject(seeds=tuple(pairs.stand_ins[: len(subject.seeds)]))  # what is found stays found
    originals = Subject(seeds=tuple(msgspec.structs.replace(s, origin="subject") for s in seeds))
    _refuse_if_left(files, _searched(files, originals, asked.secrets), pairs)
    kept = [f for f in result.findings if f.flow in rebuilt.kept]
    outside = [f for f in kept if rebuilt.anew.get(f.flow, "").startswith(OPENED) and not was_closed(f)]
    if outside:
        rebuilt.left_out["stood beside what was opened, on the wire"] += len({f.flow for f in outside})
    inner = [f for f in kept if f not in outside]
    differ = difference(inner, _searched(files, stand_ins, asked.secrets))
    mapping = [
        {"identifier": one.identifier, "original": one.value, "stand_in": two.value}
        for one, two in zip(seeds, pairs.stand_ins, strict=True)
        if one.value
    ]
    return Redacted(
        files=files,
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
    values = [(f.identifier, f.value) for f in result.findings if of_person(f)]
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


def _searched(files: Mapping[str, bytes], subject: Subject, secrets: Secrets) -> Sequence[Finding]:
    """Scan what was made, from a private folder."""
    if not files:
        return ()
    with tempfile.TemporaryDirectory(prefix="vitne-") as base:
        for name, data in files.items():
            (Path(base) / name).write_bytes(data)
        paths = [str(Path(base) / name) for name in files]
        return run_scan(paths, Options(subject=subject, secrets=secrets, jobs=1)).findings


def _refuse_if_left(files: Mapping[str, bytes], again: Sequence[Finding], pairs: Pairs) -> None:
    """Raise StoreError where an original value is still there, in any layer or in the raw bytes."""
    names = {seed.name for seed in pairs.seeds}
    left = [f for f in again if f.grade in {"observed", "derived"} and f.seed in names]
    strong = [n for n in pairs.needles if len(n.data) >= 8]
    search = Needles.compile(strong)
    where = [f"{f.identifier} in frame {f.frames[0]} ({f.protocol})" for f in left if f.frames]
    for data in files.values():
        hits = search.scan(data).needle.tolist()
        where += [f"{pairs.seeds[strong[n].seed].identifier} in the raw bytes" for n in hits]
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
    return finding.identifier, grade, finding.direction, finding.protocol, codecs
