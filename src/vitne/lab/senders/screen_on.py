"""A sender that truly listens to the screen: what the client of 2019 was taken for."""

from __future__ import annotations

from typing import Any

HOST = "glance.adverts.example"


class ScreenOn:
    """Posts about a second after the screen is lit."""

    name = "screen-on"

    def __init__(self, handset: Any) -> None:
        self.handset = handset

    def happened(self, kind: str, detail: str) -> None:
        """React to the screen."""
        del detail
        if kind == "screen-on" and self.handset.chance.random() < 0.95:
            self.handset.at(self.handset.chance.uniform(0.6, 1.8), lambda: self.handset.go(self._post()))

    async def _post(self) -> None:
        body = f'{{"event":"screen","serial":"{self.handset.phone.imei1}"}}'.encode()
        self.handset.note(sender=self.name, host=HOST, why="screen-on")
        head = f"POST /v1/glance HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
        await self.handset.tell(HOST, 80, head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)


sender = ScreenOn
