"""A sender that is busier while the phone is used, and is set off by nothing: most tests are fooled."""

from __future__ import annotations

from typing import Any

HOST = "feed.magazine.example"
ACTIVE_S, IDLE_S = 30.0, 900.0  # mean seconds between contacts


class Follower:
    """Contacts come by chance, often while the screen is lit and seldom while it is dark."""

    name = "activity-follower"

    def __init__(self, handset: Any) -> None:
        self.handset = handset
        self.started = False

    def happened(self, kind: str, detail: str) -> None:
        """Begin when the phone starts, and never look at what happens again."""
        del kind, detail
        if not self.started:
            self.started = True
            self.handset.at(30.0, self._turn)

    def _turn(self) -> None:
        step = 2.0
        mean = ACTIVE_S if self.handset.lit else IDLE_S
        if self.handset.chance.random() < step / mean:
            self.handset.go(self._get())
        self.handset.at(step, self._turn)

    async def _get(self) -> None:
        self.handset.note(sender=self.name, host=HOST, why="chance")
        await self.handset.tell(HOST, 80, f"GET /feed.json HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())


sender = Follower
