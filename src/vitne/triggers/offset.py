"""How far the device's clock stands from the capture's, from anchors independent of what is tested.

First choice are comparisons of both clocks made while collecting.  Else what the phone does after starting,
joining a network or being woken (address, names, time, its way out) is laid over its own log: the offset lies
where the pooled differences pile up.  An offset that cannot be bounded blocks every claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

REACH_S = 120.0  # the offset is looked for this far to both sides
MOST_BOUND_S = 30.0  # an offset known no better than this is not known
LATENCY_S = (0.0, 2.0)  # what comes between an anchor and its traffic, taken for granted
ZONES_S = tuple(quarter * 900.0 for quarter in range(-48, 57))  # quarter hours, from -12 h to +14 h
_STEP_S, _WIDTH_S = 0.25, 2.0
_DRAWS = 99
_MOST_ANCHORS = 400


class Offset(msgspec.Struct, frozen=True, kw_only=True):
    """The device's clock less the capture's."""

    seconds: float
    bound_s: float  # the offset lies within so much of it, with 95 %
    how: str  # for a person
    anchors: int
    zone_s: float = 0.0  # of the offset, so much is a time zone that the log does not tell


def from_samples(offsets: NDArray[np.float64], bounds: NDArray[np.float64]) -> Offset:
    """Take comparisons of both clocks: seconds, and how sure each is.  At least one."""
    best = offsets[np.argsort(bounds, kind="stable")[: max(1, len(bounds) // 4)]]
    middle = float(np.median(best))
    bound = float(bounds.min()) + float(np.abs(offsets - middle).max() if len(offsets) > 1 else 0.0)
    how = f"{len(offsets)} comparisons of both clocks while collecting"
    return Offset(seconds=middle, bound_s=max(bound, 0.05), how=how, anchors=len(offsets))


def from_anchors(
    anchors: NDArray[np.float64],
    bursts: NDArray[np.float64],
    *,
    chance: np.random.Generator,
    zones: Sequence[float] = (0.0,),
) -> Offset | None:
    """Lay the traffic of other destinations over anchors of the device's log; None where nothing stands out.

    ``bursts`` are sorted seconds.  ``zones`` are offsets of time zones to try, where the log has none.
    """
    if len(anchors) < 3 or not len(bursts):
        return None
    if len(anchors) > _MOST_ANCHORS:
        anchors = anchors[:: -(-len(anchors) // _MOST_ANCHORS)]
    tops = [_peak(_differences(anchors - zone, bursts), len(anchors)) for zone in zones]
    height, place = max(tops, key=lambda top: top[0])
    zone = zones[[top[0] for top in tops].index(height)]
    if not _stands_out(height, anchors, bursts, zones=zones, chance=chance):
        return None
    at = _differences(anchors - zone, bursts)
    places = []
    for _ in range(_DRAWS):
        picks = chance.integers(0, len(anchors), len(anchors))
        places.append(_peak([at[index] for index in picks.tolist()], len(anchors))[1])
    spread = float(np.quantile(np.abs(np.array(places) - place), 0.95))
    bound = spread + (LATENCY_S[1] - LATENCY_S[0]) / 2
    if bound > MOST_BOUND_S:
        return None
    seconds = sum(LATENCY_S) / 2 - place + zone
    how = f"{len(anchors)} anchors laid over the traffic to other destinations"
    return Offset(seconds=seconds, bound_s=bound, how=how, anchors=len(anchors), zone_s=zone)


def _differences(anchors: NDArray[np.float64], bursts: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Give per anchor the seconds to each burst within reach."""
    low = np.searchsorted(bursts, anchors - REACH_S)
    high = np.searchsorted(bursts, anchors + REACH_S)
    pairs = zip(anchors.tolist(), low.tolist(), high.tolist(), strict=True)
    return [bursts[begin:end] - anchor for anchor, begin, end in pairs]


def _peak(differences: Sequence[NDArray[np.float64]], anchors: int) -> tuple[float, float]:
    """Give height and place of the pile: anchors with a difference within the width, each counted once."""
    cells = int(2 * REACH_S / _STEP_S)
    pile = np.zeros(cells + 1)
    half = int(_WIDTH_S / 2 / _STEP_S)
    for each in differences:
        if len(each):
            hit = np.zeros(cells + 1)
            at = ((each + REACH_S) / _STEP_S).astype(np.int64)
            np.add.at(hit, np.clip(at - half, 0, cells), 1)
            np.add.at(hit, np.clip(at + half, 0, cells), -1)
            pile += np.cumsum(hit) > 0
    if not pile.any():
        return 0.0, 0.0
    typical = float(np.median(pile))
    best = np.flatnonzero(pile == pile.max())
    return (float(pile.max()) - typical) / max(anchors, 1), float(best.mean()) * _STEP_S - REACH_S


def _stands_out(
    height: float,
    anchors: NDArray[np.float64],
    bursts: NDArray[np.float64],
    *,
    zones: Sequence[float],
    chance: np.random.Generator,
) -> bool:
    """Compare the pile with those of anchors moved about: it has to be higher than all 99."""
    draws = _DRAWS if len(zones) == 1 else 19
    for _ in range(draws):
        moved = anchors + (chance.random(len(anchors)) - 0.5) * REACH_S * 2
        if max(_peak(_differences(moved - zone, bursts), len(anchors))[0] for zone in zones) >= height:
            return False
    return True
