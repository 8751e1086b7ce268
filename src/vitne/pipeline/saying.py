"""What a flow says, as it was read: the nouns that the modules which read flows hand to each other."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from vitne.pipeline.ends import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.assess import Draft
    from vitne.model import Gap, Oddity, Sighting
    from vitne.model.findings import Delivery
    from vitne.pipeline.ends import Host
    from vitne.pipeline.messagework import MessageWork
    from vitne.pipeline.silent import Silence
    from vitne.pipeline.views import SideView


class Counted(NamedTuple):
    """A request in which nothing is found and of which no message is made."""

    start: int  # half-open range in the stream of the side that asks
    end: int
    host: Host
    delivery: Delivery
    kind: tuple[str, str] = ("http", "request")  # protocol and kind of message


@dataclass(slots=True, kw_only=True)
class Seen:
    """What was found in a message before anybody asked who sent it; filled when it is drafted."""

    found: Sequence[Sighting] | None = None  # known values; None: not drafted yet, or at fault
    told: Sequence[Sighting] = ()  # declared fields and candidates
    accepted: bool | None = None  # the application's own word
    answer: str = ""  # and how it says so
    own: dict[int, Sighting] = field(default_factory=dict)  # sightings told by the capture, by what they were
    drafted: tuple[list[int], list[Draft]] | None = None  # what was drafted of which sightings


@dataclass(slots=True, kw_only=True)
class Saying:
    """What a flow says."""

    works: list[MessageWork]  # messages to be looked at
    host: Host = NOBODY  # name of the far end
    counted: list[Counted] = field(default_factory=list)  # requests that are counted alone
    opaque: list[tuple[str, int]] = field(default_factory=list)  # of answers not made: reason, bytes
    mute: list[tuple[int, int]] = field(default_factory=list)  # of answers not made: stream ranges, ascending
    notes: list[tuple[MessageWork | None, Gap | Oddity]] = field(default_factory=list)  # None: the flow's own
    silence: Silence | None = None  # what it says in messages in which nothing is found and that are not made
    new: bool = True  # false: another flow said the same, byte for byte
    key: bytes | None = None  # what the flow is known by, where it is short enough to be remembered

    def heard(self, hits: dict[int, list[tuple[int, int]]]) -> dict[int, list[tuple[int, int]]]:
        """Give the raw hits of each side without those in answers of which no message is made."""
        if not self.mute or not hits.get(1):
            return hits
        begins = [begin for begin, _ in self.mute]

        def told(hit: tuple[int, int]) -> bool:
            at = bisect_right(begins, hit[0]) - 1
            return at < 0 or hit[1] > self.mute[at][1]

        return {side: list(filter(told, found)) if side == 1 else found for side, found in hits.items()}


def mixed(view: SideView, works: Iterable[MessageWork], counted: Sequence[Counted]) -> bool:
    """Say whether a request that is counted lies in the same packets of this side as one that is made.

    The rows of the two would stand in the order in which they were taken, not in that of the stream.
    """
    if not counted:
        return False
    made = {work.rows for work in works}
    return bool(made) and any(view.row_span(one.start, one.end) in made for one in counted)
