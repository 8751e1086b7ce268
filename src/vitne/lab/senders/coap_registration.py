"""The small registration of things: one CoAP message in clear after the start, and hourly until accepted.

summary: a confirmable POST to /nb with base64 of JSON
specification: RFC 7252 section 3; docs/notes/self-registration.md
"""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

HOST, PORT = "things.carrier.example", 5683


class CoapRegistration:
    """Six fields, after the start and each hour."""

    name = "coap-registration"

    def __init__(self, handset: Any) -> None:
        self.handset = handset
        self.registered = False

    def happened(self, kind: str, detail: str) -> None:
        """Begin when the phone starts."""
        del detail
        if kind == "boot":
            self.handset.at(35.0, self._try)

    def _try(self) -> None:
        if not self.registered:
            self.handset.go(self._post())
            self.handset.at(3600.0, self._try)

    async def _post(self) -> None:
        phone = self.handset.phone
        said = {"REGVER": "5.0", "MEID": "", "SIM1ICCID": phone.iccid, "SIM1LTEIMSI": phone.imsi}
        body = base64.b64encode(json.dumps(said, separators=(",", ":")).encode())
        number = self.handset.chance.randrange(1 << 16)
        head = struct.pack("!BBH", 0x44, 0x02, number) + self.handset.chance.randbytes(4)
        self.handset.note(sender=self.name, host=HOST, why="boot or hour")
        # Uri-Path (11) "nb"; Content-Format (12) 50 application/json
        answer = await self.handset.cast(HOST, PORT, head + b"\xb2nb\x11\x32\xff" + body)
        self.registered = len(answer) >= 4 and answer[1] == 0x44


sender = CoapRegistration
