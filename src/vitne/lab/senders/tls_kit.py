"""A kit inside apps that reports each opening over TLS: nobody beside can read what it says."""

from __future__ import annotations

from typing import Any

HOST = "telemetry.kit.example"


class TlsKit:
    """Reports openings of apps."""

    name = "tls-kit"

    def __init__(self, handset: Any) -> None:
        self.handset = handset

    def happened(self, kind: str, detail: str) -> None:
        """React to apps that come to the front."""
        if kind == "app-foreground":
            self.handset.at(
                self.handset.chance.uniform(0.3, 1.5), lambda: self.handset.go(self._post(detail))
            )

    async def _post(self, app: str) -> None:
        body = f'{{"app":"{app}","imei":"{self.handset.phone.imei1}"}}'.encode()
        self.handset.note(sender=self.name, host=HOST, why="app-foreground")
        head = f"POST /open HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        await self.handset.tell(HOST, 443, head + body, closed=True)


sender = TlsKit
