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
    tops = [_peak(_rows(anchors - zone, bursts).sum(axis=0), len(anchors)) for zone in zones]
    height, place = max(tops, key=lambda top: top[0])
    zone = zones[[top[0] for top in tops].index(height)]
    if not _stands_out(height, anchors, bursts, zones=zones, chance=chance):
        return None
    rows = _rows(anchors - zone, bursts)
    picks = chance.integers(0, len(anchors), size=(_DRAWS, len(anchors)))
    weights = np.stack([np.bincount(pick, minlength=len(anchors)) for pick in picks]).astype(np.float32)
    places = [_peak(pile, len(anchors))[1] for pile in weights @ rows]
    spread = float(np.quantile(np.abs(np.array(places) - place), 0.95))
    bound = spread + (LATENCY_S[1] - LATENCY_S[0]) / 2 + _WIDTH_S / 4
    if bound > MOST_BOUND_S:
        return None
    seconds = sum(LATENCY_S) / 2 - place + zone
    how = f"{len(anchors)} anchors laid over the traffic to other destinations"
    return Offset(seconds=seconds, bound_s=bound, how=how, anchors=len(anchors), zone_s=zone)


def _rows(anchors: NDArray[np.float64], bursts: NDArray[np.float64]) -> NDArray[np.float32]:
    """Give a row an anchor and a column a quarter of a second: 1 where a burst lies within the width."""
    cells, half = int(2 * REACH_S / _STEP_S) + 1, int(_WIDTH_S / 2 / _STEP_S)
    low = np.searchsorted(bursts, anchors - REACH_S)
    counts = np.searchsorted(bursts, anchors + REACH_S) - low
    row = np.repeat(np.arange(len(anchors)), counts)
    inside = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    apart = bursts[np.repeat(low, counts) + inside] - anchors[row]
    at = ((apart + REACH_S) / _STEP_S).astype(np.int64)
    begin, end = np.clip(at - half, 0, cells - 1), np.clip(at + half, 0, cells - 1)
    size = len(anchors) * cells
    change = np.bincount(row * cells + begin, minlength=size) - np.bincount(row * cells + end, minlength=size)
    return (change.reshape(len(anchors), cells).cumsum(axis=1) > 0).astype(np.float32)


def _peak(pile: NDArray[np.float32], anchors: int) -> tuple[float, float]:
    """Give height and place of a pile: anchors with a burst so far away, each counted once."""
    most = float(pile.max())
    if most <= 0:
        return 0.0, 0.0
    best = np.flatnonzero(pile == pile.max())
    return (most - float(np.median(pile))) / max(anchors, 1), float(best.mean()) * _STEP_S - REACH_S


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
        piles = (_rows(moved - zone, bursts).sum(axis=0) for zone in zones)
        if max(_peak(pile, len(anchors))[0] for pile in piles) >= height:
            return False
    return True
