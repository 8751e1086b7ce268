"""Search: known values in raw streams and in unwrapped nodes.

Two doors: ``raw`` finds where in a batch of streams a value may stand (which streams are worth unwrapping),
``nodes`` gives sightings in unwrapped bytes.  One buffer of some megabytes is searched with one call.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from vitne.identify.borders import Bounds, keep_whole
from vitne.identify.chance import ENOUGH, Evidence, judge
from vitne.identify.context import KEYWORDS, area_beside, has_key
from vitne.identify.digests import RAW, SIZES, Digests
from vitne.identify.needles import piece_of, reject_crossing
from vitne.identify.overlaps import Found, innermost
from vitne.identify.pieces import WAYS, Pieces, Shared
from vitne.identify.places import Pair, Places, judge_place
from vitne.identify.raw_hits import RawHits, of_subject, with_beginnings
from vitne.identify.sets import ONLY_TOGETHER, in_list, together
from vitne.identify.sifting import Near, Sift, in_one
from vitne.identify.tokens import tokens
from vitne.identify.values import canonical
from vitne.identify.variants import needles as needles_of
from vitne.identify.variants import write
from vitne.model import Sighting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from vitne.identify.needles import Hits, Layers, Needle
    from vitne.identify.sifting import Sifted
    from vitne.model import Node, Salt, Seed

ONLY_KEYED = frozenset({"cell-id", "operator"})  # numbers of the network: alone they say nothing
WHOLE = frozenset(SIZES.values())  # bytes of digests that are compared with what a message tells
BATCH = 4 << 20  # bytes of nodes that are searched with one call
HAYSTACK = 1 << 30  # bytes that chance is reckoned for, unless the caller knows how many are searched


class Searcher:
    """The seeds of a subject, ready to be looked for."""

    def __init__(  # noqa: PLR0913  (what one search is asked for)
        self,
        seeds: Sequence[Seed],
        *,
        haystack: int = HAYSTACK,
        keywords: Mapping[str, Sequence[str]] = KEYWORDS,
        salts: Sequence[Salt] = (),
        engine: str = "",
        digests: bool = True,
    ) -> None:
        """Prepare the search; raises UsageError for a seed of the subject whose value cannot be.

        ``haystack`` is the number of bytes searched in all, for the E-value; ``keywords`` are the words of
        field names that speak for an identifier; ``salts`` are what senders add before they take a digest;
        ``engine`` is "kernel", "hyperscan", "numpy" or "" for the best; without ``digests`` those that no
        engine searches (salted, keyed, cut short) are not looked up.
        """
        self.seeds = tuple(map(canonical, seeds))
        self.needles = needles_of(self.seeds)
        self._keywords = keywords
        self._seed_of = np.array([needle.seed for needle in self.needles], dtype=np.int64)
        self._weak = np.array([needle.weak for needle in self.needles], dtype=bool)
        self._alike = Counter((needle.seed, len(needle.data)) for needle in self.needles)
        self._places = Places(self.seeds)
        self._pieces = Pieces(self.seeds)
        self._digests = (
            Digests(self.seeds, salts)
            if digests and any(seed.origin == "subject" for seed in self.seeds)
            else None
        )
        self._sift = Sift(
            self.needles, self._places, pieces=self._pieces, digests=self._digests, engine=engine
        )
        self.known_places = Near(self._places, self._sift)
        self._looked_up: dict[int, int] = {}  # identity of a needle that no engine searches -> its row
        self._judgements: dict[int, Evidence] = {}
        self.complete = True  # false once a buffer held more hits than are kept
        self.haystack = haystack  # bytes that chance is reckoned for

    def raw(
        self,
        data: npt.NDArray[np.uint8],
        starts: npt.NDArray[np.int64],
        ends: npt.NDArray[np.int64],
        *,
        whole: bool = True,
    ) -> RawHits:
        """Find where values may stand in pieces of a buffer: half-open ranges, sorted by start.

        What needs a key or company to count is among them; ``nodes`` decides on that.  Without ``whole`` so
        is what may be a part of something longer: a message may end there that nobody framed yet.
        """
        needles, heads = self._sift.scan(data)
        self.complete = self.complete and self._sift.complete
        hits = reject_crossing(needles, starts, ends)
        if whole:
            hits = keep_whole(hits, self._sift.engine, data, bounds=Bounds(starts, ends))
        return RawHits(
            piece=piece_of(hits.start, starts),
            start=hits.start,
            end=hits.end,
            needle=hits.needle,
            seed=self._seed_of[hits.needle] if len(hits) else hits.needle,
            weak=self._weak[hits.needle] if len(hits) else np.zeros(0, dtype=bool),
            complete=hits.complete,
            beginnings=heads,
        )

    def with_beginnings(
        self, hits: RawHits, bounds: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    ) -> RawHits:
        """Add where values may begin that go on in other fields; ``bounds`` are begins and ends of pieces."""
        return with_beginnings(hits, reject_crossing(hits.beginnings, *bounds), bounds[0])

    def with_places(
        self,
        hits: RawHits,
        data: npt.NDArray[np.uint8],
        bounds: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    ) -> RawHits:
        """Add where known places may be written, as weak hits of no needle; ``bounds`` as above."""
        found = self._places.written(data)
        self.complete = self.complete and found.complete
        return with_beginnings(hits, reject_crossing(found, *bounds), bounds[0])

    def places(self, data: bytes, *, told: bool = True) -> list[tuple[int, int]]:
        """Give all ranges of some data in which a known value may stand, those that are none too.

        Without ``told`` those of values that only the capture tells are left out.
        """
        held = self._sift.of(data)
        spans = self._places.spans(data, held)
        self.complete = self.complete and self._places.complete and self._sift.complete
        found = held.needles
        if found is not None and not told:
            found = found.keep(of_subject(self.seeds, self._seed_of[found.needle]))
        if found is None:
            return spans
        return list(zip(found.start.tolist(), found.end.tolist(), strict=True)) + spans

    def packed(self, data: bytes) -> list[tuple[int, int]]:
        """Give the ranges of bytes that nobody can read in which binary numbers say a known place."""
        return self._places.packed(data, self._sift.of(data))

    def nodes(self, nodes: Sequence[Node]) -> Iterator[Sighting]:
        """Give the sightings in unwrapped bytes, in the order of the nodes and of their places.

        All nodes of one message belong into one call: where a node and one unwrapped from it hold the same
        value, only the innermost counts, and a second value of the subject in a record backs a weak one.
        """
        sifted = self._sift.each([node.data for node in nodes])
        found = list(self._found(nodes, sifted))
        pairs = {id(pair.found): pair for pair in self._places.find(nodes, sifted)}
        self.complete = self.complete and self._places.complete and self._sift.complete
        shared = {id(one.found): one for one in self._pieces.find(nodes, sifted)}
        if not found and not pairs and not shared:
            return
        found += [pair.found for pair in pairs.values()]
        found += [one.found for one in shared.values()]
        order = {id(node): index for index, node in enumerate(nodes)}
        kept = innermost(found)
        kept.sort(key=lambda one: (order[id(one.node)], one.start, one.end, one.seed))
        evidence = self._judged([one for one in kept if id(one) not in pairs and id(one) not in shared])
        company = {id(one.node.part) for one in kept if id(one) in evidence}
        for one in kept:
            if id(one) in pairs:
                yield from self._place(pairs[id(one)], company=id(one.node.part) in company)
            elif id(one) in shared:
                yield from self._shared(shared[id(one)])
            elif id(one) in evidence:
                yield self._sighting(one, evidence[id(one)])

    def _found(self, nodes: Sequence[Node], sifted: Sequence[Sifted]) -> Iterator[Found]:
        """Give the hits of needles and digests, before they are judged."""
        own = [node for node, held in zip(nodes, sifted, strict=True) if held.needles is not None]
        hits = [held.needles for held in sifted if held.needles is not None]
        for low, high in _batches(own):
            yield from self._whole(own[low:high], hits[low:high])
        if self._digests is None:
            return
        for node, held in zip(nodes, sifted, strict=True):
            if held.words:
                for start, end, needle in self._digests.at(node.data, held.words):
                    yield self._looked(node, start, end, needle)
            if len(node.data) in RAW:
                for needle in self._digests.whole(node.data):
                    yield self._looked(node, 0, len(node.data), needle)

    def _whole(self, nodes: Sequence[Node], hits: Sequence[Hits]) -> Iterator[Found]:
        """Give those hits in some nodes that are not part of something longer."""
        pieces = [node.data for node in nodes]
        every, starts = in_one(pieces, hits)
        data = np.frombuffer(b"".join(pieces), dtype=np.uint8)
        bounds = Bounds(starts, np.append(starts[1:], len(data)))
        kept = keep_whole(every, self._sift.engine, data, bounds=bounds)
        rows = piece_of(kept.start, starts).tolist()
        columns = zip(rows, kept.needle.tolist(), kept.start.tolist(), kept.end.tolist(), strict=True)
        begins = starts.tolist()
        for piece, row, start, end in columns:
            needle, at = self.needles[row], begins[piece]
            yield Found(
                node=nodes[piece],
                start=start - at,
                end=end - at,
                seed=needle.seed,
                needle=row,
                layers=len(needle.layers),
            )

    def _looked(self, node: Node, start: int, end: int, needle: Needle) -> Found:
        row = self._looked_up.get(id(needle))
        if row is None:
            row = self._looked_up[id(needle)] = len(self.needles)
            self.needles.append(needle)
        return Found(node=node, start=start, end=end, seed=needle.seed, needle=row, layers=len(needle.layers))

    def told(self, nodes: Sequence[Node], salts: Sequence[Salt]) -> Iterator[Sighting]:
        """Give the digests in one message that are of known values with salts which the message tells."""
        if self._digests is None or not salts:
            return
        places = [(node, *token) for node in nodes for token in tokens(node.data) if len(token.raw) in WHOLE]
        raws = [raw for _, _, _, raw, _ in places]
        for salt in salts if places else ():
            for entry in self._digests.told(raws, salt):
                for node, start, end, raw, written in places:
                    if raw == entry.digest:
                        layers = (*entry.layers, written)
                        needle = self._digests.needle(entry, node.data[start:end], layers)
                        one = self._looked(node, start, end, needle)
                        yield self._sighting(one, self._alone(one))

    def _judged(self, found: list[Found]) -> dict[int, Evidence]:
        """Keep what chance does not explain: alone, or with a key or a second value in the same record."""
        keyed = [has_key(one, self._words(one)) or area_beside(one, self.seeds[one.seed]) for one in found]
        alone = [self._alone(one) for one in found]
        company: dict[int, set[int]] = {}
        for one, evidence in zip(found, alone, strict=True):
            if evidence.enough:
                company.setdefault(id(one.node.part), set()).add(one.seed)
        kept: dict[int, Evidence] = {}
        lists = together(found, alone, self.seeds)
        for one, evidence, key in zip(found, alone, keyed, strict=True):
            whole = lists.get((id(one.node.part), self.seeds[one.seed].identifier))
            if whole is None and self.seeds[one.seed].identifier in ONLY_TOGETHER:
                continue
            if not key and evidence.strict and self.seeds[one.seed].identifier in ONLY_KEYED:
                continue
            others = company.get(id(one.node.part), set()) - {one.seed}
            final = evidence.backed(
                key=key,
                record=len(one.node.data) if others else 0,
                whole_field=key and one.end - one.start == len(one.node.data),
            )
            final = in_list(final, whole)
            if final.enough:
                kept[id(one)] = final
        return kept

    def _alone(self, one: Found) -> Evidence:
        known = self._judgements.get(one.needle)
        if known is None:
            needle = self.needles[one.needle]
            siblings = self._alike[needle.seed, len(needle.data)]
            known = judge(needle, haystack=self.haystack, siblings=siblings)
            self._judgements[one.needle] = known
        return known

    def _place(self, pair: Pair, *, company: bool) -> Iterator[Sighting]:
        one, seed = pair.found, self.seeds[pair.found.seed]
        judged = judge_place(pair, seed, self.haystack, company=company)
        if judged is None:
            return
        yield Sighting(
            node=one.node,
            start=one.start,
            end=one.end,
            identifier="location",
            value=pair.value,
            grade="derived" if pair.written else "observed",
            seed=seed,
            field=pair.field,
            spelling_layers=(("degrees", (("written", pair.written),)),) if pair.written else (),
            evalue=judged[0],
            reasons=judged[1],
            prior=1.0,
        )

    def _shared(self, shared: Shared) -> Iterator[Sighting]:
        one, seed = shared.found, self.seeds[shared.needle.seed]
        judged = judge(shared.needle, haystack=self.haystack, siblings=1)
        evalue = (judged.evalue or 0.0) * WAYS
        if evalue > ENOUGH:
            return
        params = (
            ("pieces", shared.pieces),
            *((("of", shared.needle.spelling),) if shared.needle.spelling else ()),
        )
        yield Sighting(
            node=one.node,
            start=one.start,
            end=one.end,
            identifier=seed.identifier,
            value=seed.value,
            grade="derived",
            seed=seed,
            field=one.node.field,
            spelling_layers=(("split", params),),
            evalue=evalue,
            reasons=(f"split over {shared.pieces} fields that follow one another",),
            prior=1.0,
        )

    def _words(self, one: Found) -> Sequence[str]:
        return self._keywords.get(self.seeds[one.seed].identifier, ())

    def _sighting(self, one: Found, evidence: Evidence) -> Sighting:
        needle, seed = self.needles[one.needle], self.seeds[one.seed]
        place = one.node.data[one.start : one.end]
        identifier, value = seed.identifier, seed.value
        reasons = [f"the value is written {needle.spelling}"] if needle.spelling else []
        part = _part_of_name(needle.spelling) if identifier == "person-name" else ""
        if part:
            reasons = [f"only the {part}: the rest of the known name does not stand beside it", *reasons]
        if needle.tail:
            identifier, value = "imeisv", place.decode()
            reasons = ["its first 14 digits are those of the phone's IMEI"]
        return Sighting(
            node=one.node,
            start=one.start,
            end=one.end,
            identifier=identifier,
            value=value,
            grade="inferred" if part else "derived" if needle.layers else "observed",
            seed=seed,
            field=one.node.field,
            spelling_layers=_told(needle, place),
            spelling_verified=id(needle) in self._looked_up or verified(needle, place),
            evalue=evidence.evalue if evidence.evalue is None else max(evidence.evalue, one.node.chance),
            reasons=(*reasons, *evidence.reasons),
            prior=evidence.prior,
        )


def _part_of_name(spelling: str) -> str:
    """Say which part of a name a spelling is, "" for a whole one: a part does not equal the known value."""
    return next((word for word in spelling.split(", ") if word in {"first name", "last name"}), "")


def verified(needle: Needle, place: bytes) -> bool:
    """Write the value again in the needle's spelling and compare it with the bytes in place."""
    written = write(needle.text, needle.layers)
    if needle.tail:
        return place[: len(written)] == written and place[len(written) :].isdigit()
    return written == place or (needle.fold and written.lower() == place.lower())


def _told(needle: Needle, place: bytes) -> Layers:
    """Give the codecs as a finding tells its layers: outermost first, with the case found.

    The last one, which stands next to the value, names the spelling it was given in ``of``.
    """
    layers = list(needle.layers)
    if not layers:
        return ()
    for index, (codec, params) in enumerate(layers):
        if codec == "hex" and place != place.lower():
            case = "upper" if place == place.upper() else "mixed"
            layers[index] = codec, tuple((name, case if name == "case" else value) for name, value in params)
    if needle.spelling:
        codec, params = layers[0]
        layers[0] = codec, (*params, ("of", needle.spelling))
    return tuple(reversed(layers))


def _batches(nodes: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Cut the nodes into runs of some megabytes: half-open ranges of their rows."""
    begin = size = 0
    for row, node in enumerate(nodes):
        if row > begin and size + len(node.data) > BATCH:
            yield begin, row
            begin, size = row, 0
        size += len(node.data)
    if begin < len(nodes):
        yield begin, len(nodes)
