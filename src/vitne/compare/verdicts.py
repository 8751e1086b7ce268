"""The verdict on each recipient and identifier: gone, new, unchanged, changed, cannot tell.

«Gone» and «new» are said of what both halves could see.  They need a difference that chance does not explain,
nothing unreadable to the same recipient in the half that lacks it, no unreadable destination that this half
alone has or has more connections with, no gap that may hide anything, a capture as long as the other half
took to show it, and the same triggers: a half that never joined the network shows nothing of what joining
sets off.  Else the verdict is «cannot tell», with what stands in the way.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from vitne.compare.halves import BLOCKING, Half
from vitne.compare.shape import (
    SCHEMA,
    Change,
    Comparison,
    HalfShown,
    Into,
    Showing,
    Statistic,
    Unread,
    Verdict,
)
from vitne.compare.showing import Key, keys_of, long_enough, reach, showing, span, statistics
from vitne.exact import holm, rates
from vitne.model import kind_of

if TYPE_CHECKING:
    from collections.abc import Collection

LEVEL = 0.05
_LATER_S = 30.0
"""A first sending this much later than before is told."""
_LISTED = 5


def compare(
    before: Half, after: Half, *, level: float = LEVEL, set_aside: Collection[str] = ()
) -> Comparison:
    """Compare two halves.

    ``level`` is the probability below which a difference counts.  ``set_aside`` are recipients whose
    unreadable bytes the user takes to be beside the question: they are listed and block nothing.
    """
    keys = keys_of(before) | keys_of(after)
    judge = _Judge(before, after, level, frozenset(set_aside))
    changes = tuple(judge.change(key) for key in sorted(keys))
    counts = Counter(each.verdict for each in changes)
    return Comparison(
        schema=SCHEMA,
        level=level,
        before=_shown(before, after, frozenset(set_aside)),
        after=_shown(after, before, frozenset(set_aside)),
        changes=changes,
        notes=tuple(unlike(before, after)),
        counts={str(verdict): count for verdict, count in sorted(counts.items())},
    )


def unreadable(half: Half) -> dict[str, tuple[int, int, tuple[str, ...]]]:
    """Add up what a half could not read: recipient -> bytes, flows, reasons."""
    out: dict[str, tuple[int, int, tuple[str, ...]]] = {}
    for look in half.looks:
        for recipient, (length, flows) in look.unreadable.items():
            known = out.get(recipient, (0, 0, ()))
            reasons = tuple(sorted({*known[2], *look.reasons.get(recipient, ())}))
            out[recipient] = known[0] + length, known[1] + flows, reasons
    return out


def unlike(before: Half, after: Half) -> list[str]:
    """Say where the halves were not looked at alike."""
    out = []
    rules = [{look.rules for look in half.looks if look.rules} for half in (before, after)]
    if len(rules[0] | rules[1]) > 1:
        out.append("the halves were scanned with different rules: scan the captures again")
    known = {look.known for half in (before, after) for look in half.looks} - {None}
    if len(known) > 1:
        out.append("some were scanned with a subject file and some without: scan the captures again")
    return out


def untried(half: Half, other: Half) -> list[str]:
    """Say what the other half was put through, and this one never was."""
    out = []
    joins = [sum(len(look.joins) for look in each.looks) for each in (half, other)]
    if joins[1] and not joins[0]:
        out.append(
            f"the half {half.label} never joined the network, the half {other.label} did ({joins[1]} times): "
            "what that sets off was not tried"
        )
    own, theirs = triggers(half), triggers(other)
    if own or theirs:
        lacking = [f"{kind} ({count} times)" for kind, count in theirs.items() if kind not in own]
        if lacking:
            told = _some(lacking)
            out.append(f"only the half {other.label} went through {told}: what that sets off was not tried")
    return out


def triggers(half: Half) -> dict[str, int]:
    """Add up the device events of a half's logs by kind."""
    out: Counter[str] = Counter()
    for look in half.looks:
        out.update(look.triggers)
    return dict(sorted(out.items()))


def _shown(half: Half, other: Half, aside: frozenset[str]) -> HalfShown:
    there = unreadable(other)
    gaps: Counter[str] = Counter()
    for look in half.looks:
        gaps.update(look.gaps)
    return HalfShown(
        label=half.label,
        captures=tuple(capture for look in half.looks for capture in look.captures),
        looks=len(half.looks),
        seconds=round(half.seconds, 3),
        joins=sum(len(look.joins) for look in half.looks),
        events=sum(len(look.moments) for look in half.looks),
        triggers=triggers(half),
        messages=sum(
            len({(each.flow, each.message_frames) for each in look.findings}) for look in half.looks
        ),
        unreadable=tuple(
            Unread(
                recipient=name,
                bytes=length,
                flows=flows,
                reasons=reasons,
                only_here=name not in there,
                set_aside=name in aside,
            )
            for name, (length, flows, reasons) in sorted(unreadable(half).items())
        ),
        gaps=dict(sorted(gaps.items())),
        partial=any(look.partial for look in half.looks),
    )


class _Judge:
    """Two halves, and what each could not see."""

    def __init__(self, before: Half, after: Half, level: float, aside: frozenset[str]) -> None:
        self.halves = before, after
        self.level = level
        self.dark = tuple(
            {name: told for name, told in unreadable(half).items() if name not in aside}
            for half in self.halves
        )
        self.keys = keys_of(before), keys_of(after)
        self.unlike = unlike(before, after)
        self.untried = untried(before, after), untried(after, before)
        self.darker = self._darker(0), self._darker(1)

    def change(self, key: Key) -> Change:
        """Judge one recipient and identifier."""
        seen = showing(self.halves[0], key), showing(self.halves[1], key)
        fitting = [
            long_enough(self.halves[n], self.halves[1 - n], key) if seen[n] is None else self.halves[n]
            for n in (0, 1)
        ]
        tests = statistics(fitting[0], fitting[1], key)
        elsewhere: tuple[str, ...] = ()
        verdict: Verdict
        into: Into
        if seen[0] is not None and seen[1] is not None:
            verdict, into, because = _both(seen[0], seen[1], tests, self.level)
        else:
            absent = 1 if seen[1] is None else 0
            elsewhere = self._elsewhere(key, absent)
            verdict, into, because = self._one(key, absent, tests, elsewhere)
        return Change(
            recipient=key[0],
            identifier=key[1],
            kind=kind_of(key[1]),
            verdict=verdict,
            into=into,
            because=tuple(because),
            elsewhere=elsewhere,
            before=seen[0],
            after=seen[1],
            statistics=tests,
        )

    def _elsewhere(self, key: Key, absent: int) -> tuple[str, ...]:
        """Give the recipients that only the half without it sends the same identifier to."""
        here = {recipient for recipient, word in self.keys[absent] if word == key[1]}
        there = {recipient for recipient, word in self.keys[1 - absent] if word == key[1]}
        return tuple(sorted(here - there))

    def _one(
        self, key: Key, absent: int, tests: tuple[Statistic, ...], elsewhere: tuple[str, ...]
    ) -> tuple[Verdict, Into, list[str]]:
        """Judge what only one half shows; ``absent`` is the number of the half that lacks it."""
        because = [f"{tests[0].says} (p = {tests[0].p:.2g}, {tests[0].test})"]
        hidden = self._hidden(key, absent)
        if hidden:
            into: Into = "now encrypted" if absent == 1 and self._maybe_inside(key) else ""
            return "cannot tell", into, because + hidden
        if tests[0].p > self.level:
            few = "too few to say that chance did not do it: watch longer, or capture more often"
            return "cannot tell", "", [*because, few]
        if absent == 1 and elsewhere:
            moved = f"the same identifier now goes to {_some(elsewhere)}"
            return "changed", "now elsewhere", [*because, moved]
        long = max(look.seconds for look in self.halves[absent].looks)
        if absent == 0:
            seen = f"the half before could see it, in up to {span(long)} at a time"
            return "new", "", [*because, seen, self._alike()]
        bound = f"within the {span(long)} of a capture after; a delay beyond that cannot be seen"
        return "gone", "", [*because, bound, self._alike()]

    def _maybe_inside(self, key: Key) -> bool:
        only = self.dark[1].keys() - self.dark[0].keys()
        return key[0] in self.dark[1] or bool(only or self.darker[1])

    def _darker(self, number: int) -> tuple[str, ...]:
        """Give the recipients of both halves that one cannot read more often than the other."""
        own, other = self.dark[number], self.dark[1 - number]
        both = sorted(own.keys() & other.keys())
        spans = self.halves[number].seconds, self.halves[1 - number].seconds
        if min(spans) <= 0:
            return ()
        chances = [rates((own[name][1], spans[0]), (other[name][1], spans[1])) for name in both]
        return tuple(
            name
            for name, chance in zip(both, holm(chances), strict=True)
            if chance <= self.level and own[name][1] * spans[1] > other[name][1] * spans[0]
        )

    def _alike(self) -> str:
        """Say what was unreadable on both sides and therefore decides nothing."""
        both = sorted(self.dark[0].keys() & self.dark[1].keys())
        if not both:
            return "nothing that went out was unreadable on either side"
        return f"unreadable on both sides alike, and never looked into: {_some(both)}"

    def _hidden(self, key: Key, absent: int) -> list[str]:
        """Say what may hide it in the half that lacks it."""
        half, dark, other = self.halves[absent], self.dark[absent], self.dark[1 - absent]
        out = list(self.unlike)
        if not half.looks or half.seconds <= 0:
            out.append(f"the half {half.label} holds no stretch of time")
        elif not long_enough(half, self.halves[1 - absent], key).looks:
            took = span(reach(self.halves[1 - absent], key))
            out.append(f"no capture {half.label} lasts as long as the other half took to show it: {took}")
        out += self.untried[absent]
        if key[0] in dark:
            length, flows, reasons = dark[key[0]]
            why = f"{flows} connections ({length} bytes, {', '.join(reasons)}) to the same recipient"
            out.append(f"{why} cannot be read {half.label}: it may be inside")
        only = sorted(name for name in dark.keys() - other.keys() if name != key[0])
        if only:
            out.append(
                f"only the half {half.label} has unreadable traffic to {_some(only)}: it may be inside"
            )
        more = self.darker[absent]
        if more:
            out.append(
                f"the half {half.label} has more unreadable connections than the other to {_some(more)}: "
                "it may be inside"
            )
        gaps = sorted({kind for look in half.looks for kind in look.gaps} & BLOCKING)
        if gaps:
            out.append(f"the half {half.label} has gaps that may hide it: {', '.join(gaps)}")
        if any(look.partial for look in half.looks):
            out.append(f"the half {half.label} was not read to its end")
        return out


def _both(
    before: Showing, after: Showing, tests: tuple[Statistic, ...], level: float
) -> tuple[Verdict, Into, list[str]]:
    """Judge what both halves show."""
    because = _told_of_rate(tests[0], level)
    later = after.first_s - before.first_s
    if later > _LATER_S:
        began = f"{span(after.first_s)} after a capture began"
        because.append(f"later: first sent {began}, before it was {span(before.first_s)}")
    into = _into(before, after)
    if into:
        return "changed", into, [f"before {_some(before.forms)}; after {_some(after.forms)}", *because]
    return "unchanged", "", [f"in the same form: {_some(after.forms)}", *because]


def _told_of_rate(test: Statistic, level: float) -> list[str]:
    if test.p > level:
        return [f"as often, as far as the numbers tell: {test.says} (p = {test.p:.2g})"]
    more = test.after[0] * test.before[1] > test.before[0] * test.after[1]
    return [f"{'more' if more else 'less'} often: {test.says} (p = {test.p:.2g}, {test.test})"]


def _into(before: Showing, after: Showing) -> Into:
    """Say what the form became; what is still sent in an old form did not change."""
    if set(before.forms) & set(after.forms):
        return ""
    if before.hashed != after.hashed:
        return "now hashed" if after.hashed else "no longer hashed"
    closed = [set(each.protections) == {"decrypted"} for each in (before, after)]
    if closed[0] != closed[1]:
        return "now encrypted" if closed[1] else "no longer encrypted"
    return "now encoded otherwise"


def _some(names: Collection[str]) -> str:
    listed = list(names)[:_LISTED]
    more = len(names) - len(listed)
    return "; ".join(listed) + (f" and {more} more" if more else "")
