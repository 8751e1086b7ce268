"""A timer: contacts every five minutes, whatever the phone does."""

from __future__ import annotations

from typing import Any

HOST, PERIOD_S, JITTER_S = "beat.vendor.example", 300.0, 2.0


class Beacon:
    """Asks its server for news at a steady period; starts anew with the phone."""

    name = "beacon"

    def __init__(self, handset: Any) -> None:
        self.handset = handset
        self.started = 0

    def happened(self, kind: str, detail: str) -> None:
        """Begin when the phone starts."""
        del detail
        if kind == "boot":
            self.started += 1
            number = self.started
            self.handset.at(20.0, lambda: self._beat(number))

    def _beat(self, number: int) -> None:
        if number == self.started:
            self.handset.go(self._get())
            self.handset.at(
                PERIOD_S + self.handset.chance.uniform(-JITTER_S, JITTER_S), lambda: self._beat(number)
            )

    async def _get(self) -> None:
        self.handset.note(sender=self.name, host=HOST, why="timer")
        await self.handset.tell(HOST, 80, f"GET /beat HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())


sender = Beacon
