"""All kinds of events against all destinations: three tests, corrected for their number, and a verdict."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.model import Trigger
from vitne.triggers import rivalry
from vitne.triggers.beacon import Beacon, beacon
from vitne.triggers.bursts import WINDOWS_S, waits
from vitne.triggers.coupled import DRAWS, Coupling, coupling
from vitne.triggers.multiplicity import benjamini_hochberg, holm
from vitne.triggers.planning import ASSUMED, SURE, more_events, power
from vitne.triggers.specific import Specificity, specificity
from vitne.triggers.trial import Trial, trial
from vitne.triggers.words import clauses, counted, of_trial

if TYPE_CHECKING:
    from collections.abc import Collection

    from vitne.triggers.study import Study

LEVEL = 0.05  # of corrected p-values
GLANCE, WORTH = 399, 0.1  # draws of a first look, and the p up to which a second one is taken
TIMED = 0.9  # a period that so many of the intervals fit is a timer's
LEAST_EVENTS, LEAST_HITS = 4, 3  # fewer are an anecdote, whatever p says
LEAST_SPECIFIC = 5  # bursts soon after an event: the second test is an approximation for many
MOST_PAIRS = 4000  # pairs of event and destination tested; the busiest destinations first


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of event and one destination, with the tests as they came out."""

    event: str
    destination: str
    coupled: Coupling
    specific: Specificity | None
    tried: Trial | None = None  # of a randomised trial


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was tested."""

    triggers: tuple[Trigger, ...]
    beacons: dict[str, Beacon]
    tested: int  # pairs in the family
    left_out: int  # pairs beyond the bound
    blocked: str = ""  # why nothing at all can be claimed


def analyse(
    given: Study,
    *,
    claims: Collection[tuple[str, str]] = (),
    controls: Collection[str] | None = None,
    seed: int = 0,
) -> Outcome:
    """Test everything, or the ``claims`` (event, destination) alone where some were registered beforehand.

    ``controls`` names the destinations that may stand for «the others» in the second test; all by default.
    """
    beacons = {name: found for name, at in given.bursts.items() if (found := beacon(at)) is not None}
    pairs, left_out = _pairs(given, claims)
    blocked = _blocked(given)
    if blocked:
        return Outcome(
            triggers=(), beacons=beacons, tested=0, left_out=len(pairs) + left_out, blocked=blocked
        )
    tested = [*(_test(given, *each, family=len(pairs), controls=controls, seed=seed) for each in pairs)]
    tested += _trials(given, claims, seed=seed)
    first = _corrected([each.coupled.p if each.tried is None else None for each in tested])
    second = _corrected([each.specific.p if each.specific is not None else None for each in tested])
    third = _corrected([each.tried.p if each.tried is not None else None for each in tested])
    coupled_pairs = {
        (each.event, each.destination): each.coupled
        for each, p in zip(tested, first, strict=True)
        if p is not None and p[0] <= LEVEL
    }
    triggers = [
        _trigger(given, each, p=(first[i], second[i], third[i]), pairs=coupled_pairs, beacons=beacons)
        for i, each in enumerate(tested)
    ]
    triggers.sort(key=_rank)
    return Outcome(triggers=tuple(triggers), beacons=beacons, tested=len(pairs), left_out=left_out)


def _blocked(given: Study) -> str:
    if given.observation.offset is None:
        return (
            "the device's clock cannot be compared with the capture's: no anchor stands out, so no event "
            "can be placed beside a transmission"
        )
    if not given.events and not given.slots:
        return "no event lies inside the capture"
    if not given.bursts:
        return "nothing was sent while the log ran"
    return ""


def _pairs(given: Study, claims: Collection[tuple[str, str]]) -> tuple[list[tuple[str, str]], int]:
    busiest = sorted(given.bursts, key=lambda name: (-len(given.bursts[name]), name))
    pairs = [(event, name) for name in busiest for event in sorted(given.events)]
    if claims:
        pairs = [each for each in pairs if each in set(claims)]
    return pairs[:MOST_PAIRS], max(0, len(pairs) - MOST_PAIRS)


def _chance(seed: int, *names: str) -> np.random.Generator:
    """Give draws that depend on what is tested and on nothing else."""
    digest = hashlib.sha256("\0".join((str(seed), *names)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _test(  # noqa: PLR0913  (one pair and what is common to all)
    given: Study, event: str, destination: str, *, family: int, controls: Collection[str] | None, seed: int
) -> Pair:
    events, bursts = given.events[event], given.bursts[destination]
    early = given.early[event]
    nearest = waits(events, bursts, early + WINDOWS_S[-1])
    far = not bool((nearest <= 2 * WINDOWS_S[-1]).any())  # then no moved event is answered either
    chance = _chance(seed, event, destination)
    place: dict[str, Any] = {"sessions": given.sessions, "span": given.observation.span_s, "early_s": early}
    tested = coupling(events, bursts, chance=chance, draws=1 if far else GLANCE, **place)
    if far:
        tested = msgspec.structs.replace(tested, p=1.0)
    elif tested.p <= WORTH:  # a second look with fresh draws, fine enough for the correction
        tested = coupling(events, bursts, chance=chance, draws=max(DRAWS, 40 * family), **place)
    others = [
        at
        for name, at in given.bursts.items()
        if name != destination and (controls is None or name in controls)
    ]
    specific = None
    if others:
        pooled = np.sort(np.concatenate(others))
        specific = specificity(events, bursts, pooled, sessions=given.sessions, early_s=early)
    return Pair(event=event, destination=destination, coupled=tested, specific=specific)


def _trials(given: Study, claims: Collection[tuple[str, str]], *, seed: int) -> list[Pair]:
    """Test every arm of a trial against every destination (or those claimed)."""
    pairs = []
    wanted = {name for _, name in claims}
    for arm, (with_it, without) in given.slots.items():
        if len(with_it) < 2 or len(without) < 2:
            continue
        moments = np.concatenate([with_it, without])
        order = moments.argsort(kind="stable")
        stimulus = (np.arange(len(moments)) < len(with_it))[order]
        moments = moments[order]
        longest = float(np.diff(moments).min()) if len(moments) > 1 else 60.0
        for name, bursts in given.bursts.items():
            if wanted and name not in wanted:
                continue
            early = given.observation.offset.bound_s if given.observation.offset is not None else 0.0
            waiting = waits(moments, bursts, early)
            chance = _chance(seed, "trial", arm, name)
            tried = trial(waiting, stimulus, chance=chance, longest_s=max(longest - early, 1.0))
            seen = coupling(
                with_it,
                bursts,
                sessions=None,
                span=given.observation.span_s,
                chance=chance,
                early_s=early,
                draws=199,
            )
            pairs.append(Pair(event=arm, destination=name, coupled=seen, specific=None, tried=tried))
    return pairs


def _corrected(p: list[float | None]) -> list[tuple[float, float] | None]:
    """Give (Holm, Benjamini-Hochberg) for each test that was made, over the family of those."""
    made = [value for value in p if value is not None]
    both = iter(zip(holm(made), benjamini_hochberg(made), strict=True))
    return [None if value is None else next(both) for value in p]


def _trigger(
    given: Study,
    pair: Pair,
    *,
    p: tuple[tuple[float, float] | None, ...],
    pairs: dict[tuple[str, str], Coupling],
    beacons: dict[str, Beacon],
) -> Trigger:
    """Word one verdict."""
    seen, tried = pair.coupled, pair.tried
    first, second, third = p
    verdict, more = "cannot-tell", None
    timed = tried is not None and _timed(beacons.get(pair.destination), given.slots[pair.event])
    if tried is not None and third is not None and third[0] <= LEVEL and tried.effect > 0 and not timed:
        verdict = "caused"
    elif tried is None and _coupled(seen, first):
        verdict = "coupled-and-specific" if _specific(pair, second) else "coupled"
    else:
        verdict, more = _doubt(seen, family=max(len(given.bursts) * len(given.events), 1), tried=tried)
    found = rivalry.look(given, pair.event, pair.destination, seen=seen, pairs=pairs, beacons=beacons)
    through = found.through if verdict.startswith("coupled") else ""
    clause = clauses(verdict, through=through, more=more, beside="" if through else found.beside)
    if timed:
        clause += "; a timer that keeps no step with the slots explains its contacts"
    if tried is None:
        sentence = counted(pair.event, pair.destination, seen, clause=clause)
    else:
        sentence = of_trial(pair.event, pair.destination, tried, clause=clause)
    return Trigger(
        event=pair.event,
        destination=pair.destination,
        verdict=verdict,  # type: ignore[arg-type]
        sentence=sentence,
        events=seen.events,
        transmissions=len(given.bursts[pair.destination]),
        tests=_tests(pair, first=first, second=second, third=third),
        effect=_effect(seen),
        rivals=found.lines(randomised=tried is not None),
        through=through,
        more_events=more,
        latencies_s=tuple(round(w, 3) if np.isfinite(w) else None for w in seen.waits),
    )


def _timed(found: Beacon | None, slots: tuple[np.ndarray, np.ndarray]) -> bool:
    """Tell whether a timer explains the contacts: nearly all of them, at a period that no slot could give.

    What slots set off lies whole slots apart, so another period is the sender's own.
    """
    if found is None or found.share < TIMED:
        return False
    length = float(np.diff(np.sort(np.concatenate(slots))).min())
    slots_apart = found.period_s / length if length > 0 else 0.0
    return abs(slots_apart - round(slots_apart)) * length > max(3 * found.jitter_s, 0.05 * length)


def _coupled(seen: Coupling, p: tuple[float, float] | None) -> bool:
    enough = seen.events >= LEAST_EVENTS and seen.hits >= LEAST_HITS
    return enough and p is not None and p[0] <= LEVEL and seen.excess > 0


def _specific(pair: Pair, p: tuple[float, float] | None) -> bool:
    if p is None or pair.specific is None or p[0] > LEVEL:
        return False
    return pair.specific.table[0] >= LEAST_SPECIFIC


def _doubt(seen: Coupling, *, family: int, tried: Trial | None) -> tuple[str, int | None]:
    """Tell «no coupling seen» from «cannot tell», and how many more events would do."""
    chance = min(seen.expected / seen.events, 0.99)
    level = LEVEL / family
    if tried is not None:
        return "cannot-tell", None
    if power(seen.events, by_chance=chance, answers=ASSUMED, level=level) >= SURE:
        return "no-coupling-seen", None
    answers = max(ASSUMED, min(seen.excess, 0.95))
    return "cannot-tell", more_events(seen.events, by_chance=chance, answers=answers, level=level)


def _tests(
    pair: Pair,
    *,
    first: tuple[float, float] | None,
    second: tuple[float, float] | None,
    third: tuple[float, float] | None,
) -> dict[str, Any]:
    """Give the tests that were made, for the document."""
    out: dict[str, Any] = {}
    if first is not None:
        out["coupled"] = {
            "p": pair.coupled.p,
            "p_holm": first[0],
            "q": first[1],
            "window_s": pair.coupled.window_s,
        }
    if pair.specific is not None and second is not None:
        own = {**msgspec.structs.asdict(pair.specific), "p_holm": second[0], "q": second[1]}
        out["specific"] = {**own, "table": list(own["table"])}
    if pair.tried is not None and third is not None:
        out["caused"] = {**msgspec.to_builtins(pair.tried), "p_holm": third[0], "q": third[1]}
    return out


def _effect(seen: Coupling) -> dict[str, Any]:
    """Give sizes with their intervals, for the document."""
    latency = seen.latency_s
    return {
        "window_s": seen.window_s,
        "responses": seen.hits,
        "expected": round(seen.expected, 3),
        "share_interval": [round(seen.share_low, 4), round(seen.share_high, 4)],
        "excess": round(seen.excess, 4),
        "excess_interval": [round(seen.excess_low, 4), round(seen.excess_high, 4)],
        "lift": None if seen.lift is None else round(seen.lift, 2),
        "attributable": round(seen.attributable, 4),
        "next_median_s": None if seen.next_s is None else round(seen.next_s, 3),
        "latency_median_s": None if latency is None else round(latency[1], 3),
        "latency_quartiles_s": None if latency is None else [round(latency[0], 3), round(latency[2], 3)],
    }


_ORDER = ("caused", "coupled-and-specific", "coupled", "cannot-tell", "no-coupling-seen")


def _rank(each: Trigger) -> tuple[Any, ...]:
    p = min((test["p"] for test in each.tests.values()), default=1.0)
    return _ORDER.index(each.verdict), p, each.destination, each.event
