"""A randomised trial: which slot gets which stimulus, drawn from a seed so that anybody can draw it again."""

from __future__ import annotations

import math
import random

import msgspec

from vitne.model import UsageError

SHAM = "idle"
MOST_SLOTS, MOST_ARMS = 2000, 8
LEAST_LENGTH_S = 5.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The order of a trial."""

    seed: int  # of the draw: the same gives the same order
    length_s: float  # of each slot
    arms: tuple[str, ...]  # kinds of slots, the sham among them
    order: tuple[str, ...]  # arm of each slot
    least_p: float  # least p that one arm against the sham arm can give


def plan(stimuli: str, *, slots: int, length_s: float, seed: int) -> Plan:
    """Draw the order: every arm gets as many slots as the others, give or take one.  Raises UsageError."""
    arms = tuple(
        dict.fromkeys(part.strip().lower().replace("_", "-") for part in stimuli.split(",") if part.strip())
    )
    if len(arms) < 2 or SHAM not in arms or len(arms) > MOST_ARMS:
        raise UsageError(
            "a trial needs the sham arm and at least one stimulus",
            where=stimuli,
            expected=f"names with commas between, one of them {SHAM}, {MOST_ARMS} at most",
            next_step="vitne protocol --stimuli unlock,idle",
        )
    if not 2 * len(arms) <= slots <= MOST_SLOTS:
        raise UsageError("this number of slots makes no trial", expected=f"{2 * len(arms)} to {MOST_SLOTS}")
    if not LEAST_LENGTH_S <= length_s <= 86_400:
        raise UsageError(
            "slots of this length make no trial", expected=f"{LEAST_LENGTH_S:g} to 86400 seconds"
        )
    order = [arms[number % len(arms)] for number in range(slots)]
    random.Random(f"protocol {seed}").shuffle(order)
    count = order.count(SHAM)
    other = min(order.count(arm) for arm in arms if arm != SHAM)
    return Plan(
        seed=seed,
        length_s=length_s,
        arms=arms,
        order=tuple(order),
        least_p=1 / math.comb(count + other, other),
    )
