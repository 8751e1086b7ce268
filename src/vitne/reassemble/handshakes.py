"""Handshakes: who asked to connect, how often, and how soon the other side agreed (RFC 9293 section 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.kernel.walk import NO_FLOW, ROW_SYN, SIZE_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.reassemble.traffic import Traffic


class Handshake(msgspec.Struct, frozen=True, kw_only=True):
    """What the capture shows of one flow's opening."""

    flow: int  # number of the flow in its walk
    tries: int  # SYN frames of the client
    first_ns: int  # time of the first of them
    answered_ns: int | None  # time of the server's SYN, None where none was seen
    clean: bool  # one try, one answer behind it: only then the time between them is a round trip

    @property
    def round_trip_ns(self) -> int | None:
        """Give the time between question and answer; None where it cannot be told which try was answered."""
        if self.answered_ns is None or not self.clean or self.answered_ns <= self.first_ns:
            return None
        return self.answered_ns - self.first_ns


def handshakes(traffic: Traffic) -> Iterator[Handshake]:
    """Yield the opening of every flow of which a SYN of the client was seen, by number of the flow."""
    rows = traffic._rows  # noqa: SLF001  (a reader of the same room)
    opening = ((rows["size"] >> SIZE_BITS) & ROW_SYN > 0) & (rows["flow"] != NO_FLOW)
    where = np.flatnonzero(opening)
    order = where[np.argsort(rows["flow"][where] >> 1, kind="stable")]
    flows = (rows["flow"][order] >> 1).astype(np.int64)
    sides, times = (rows["flow"][order] & 1).astype(np.int64), rows["time"][order].astype(np.int64)
    edges = np.flatnonzero(np.diff(flows)) + 1
    for begin, end in zip([0, *edges.tolist()], [*edges.tolist(), len(flows)], strict=True):
        if begin == end:
            continue
        asked = times[begin:end][sides[begin:end] == 0]
        agreed = times[begin:end][sides[begin:end] == 1]
        if len(asked):
            yield Handshake(
                flow=int(flows[begin]),
                tries=len(asked),
                first_ns=int(asked.min()),
                answered_ns=int(agreed.min()) if len(agreed) else None,
                clean=len(asked) == 1 and len(agreed) == 1,
            )
