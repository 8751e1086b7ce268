"""What every report is made from: a case that was read back, or what a scan found just now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from vitne.model import Capture, Finding, Gap, Oddity
    from vitne.store import OpaqueTotal, OpenedTotal, Transmission


class Outcome(Protocol):
    """What a report is made from: a case that was read back, or the result of a scan."""

    @property
    def captures(self) -> Sequence[Capture]:
        """Give the inputs as received."""
        ...

    @property
    def findings(self) -> Sequence[Finding]:
        """Give what was found."""
        ...

    @property
    def opaque(self) -> Sequence[OpaqueTotal]:
        """Give what could not be read, counted."""
        ...

    @property
    def opened(self) -> Sequence[OpenedTotal]:
        """Give what went encrypted and was opened with keys, counted."""
        ...

    @property
    def transmissions(self) -> Collection[Transmission]:
        """Give the messages that were sent."""
        ...

    @property
    def gaps(self) -> Sequence[Gap]:
        """Give what is missing, and why."""
        ...

    @property
    def oddities(self) -> Sequence[Oddity]:
        """Give what was deviant but read."""
        ...

    @property
    def partial(self) -> bool:
        """Tell whether the scan was stopped before its end."""
        ...
