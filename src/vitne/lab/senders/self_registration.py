"""The self-registration client of 2019, with the logic that made it send and send again.

summary: boot + 60 s, connectivity and service within a second, hourly retries up to ten, silent if accepted;
    a minute after another SIM card; not without card or service, not while roaming; anew after an update
specification: docs/notes/self-registration.md
"""

from __future__ import annotations

import json
from typing import Any

from vitne.lab.sender import HOST, record, request_head, wrapped

FIRST_S, SOON_S, RETRY_S, MOST_RETRIES = 60.0, 1.0, 3600.0, 10


class SelfRegistration:
    """No receiver for screen or unlock is in it: what people saw came through connectivity."""

    name = "self-registration"

    def __init__(self, handset: Any) -> None:
        self.handset = handset
        self.registered = self.running = self.first_done = self.waiting = False
        self.sim = self.in_service = True
        self.roaming = False
        self.retries = 0

    def happened(self, kind: str, detail: str) -> None:
        """React as the receivers of the client do."""
        self._follow(kind, detail)
        if kind == "boot":
            self.retries, self.first_done, self.waiting = 0, False, True
            self.handset.at(FIRST_S, self._first)
        elif kind in {"network-connected", "in-service"} and self.first_done and not self.registered:
            self.handset.at(self.handset.chance.uniform(0.05, SOON_S), lambda: self._try(kind))
        elif kind == "sim-changed" and self.sim:
            self.retries = 0  # another card, so the list of those registered differs
            self.handset.at(FIRST_S, lambda: self._try(kind))

    def _follow(self, kind: str, detail: str) -> None:
        """Keep what the client asks the phone for: a card, service, roaming, and whether it is registered."""
        if kind == "sim-changed":
            self.sim = detail != "ABSENT"
            self.registered = False
        elif kind in {"in-service", "out-of-service"}:
            self.in_service = kind == "in-service"
        elif kind in {"roaming-on", "roaming-off"}:
            self.roaming = kind == "roaming-on"
        elif kind == "system-updated":
            self.registered = False  # another build: stored cards are forgotten

    def _first(self) -> None:
        self.first_done = True
        self._try("boot")

    def _retry(self) -> None:
        self.waiting = False
        self._try("retry")

    def _try(self, why: str) -> None:
        able = self.sim and self.in_service and not self.roaming
        if able and not self.registered and not self.running:
            self.running = True
            self.handset.go(self._post(why))

    async def _post(self, why: str) -> None:
        clear = record(self.handset.phone, self.handset.local_time())
        body = wrapped(clear)
        self.handset.note(sender=self.name, host=HOST, why=why)
        self.handset.log.says(self.handset.now, "RegistrationTask", f"request: {clear.decode()}")
        answer = await self.handset.tell(HOST, 80, request_head(len(body)) + body)
        self.running = False
        self.registered = _accepted(answer)
        if not self.registered and self.retries < MOST_RETRIES:
            self.retries += 1
            self.handset.at(RETRY_S, self._retry)


def _accepted(answer: bytes) -> bool:
    try:
        said = json.loads(answer.partition(b"\r\n\r\n")[2])
    except ValueError:
        return False
    return isinstance(said, dict) and str(said.get("resultCode")) == "0"


sender = SelfRegistration
