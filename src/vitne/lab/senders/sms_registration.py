"""The registration by short message: no capture of the network can ever see it; the truth alone tells.

summary: version, command, length, zero, body, eight hexadecimal digits of CRC-32
specification: docs/notes/self-registration-sms.md
"""

from __future__ import annotations

import zlib
from typing import Any

NUMBER = "10659401"


class SmsRegistration:
    """One message after each start."""

    name = "sms-registration"

    def __init__(self, handset: Any) -> None:
        self.handset = handset

    def happened(self, kind: str, detail: str) -> None:
        """React to the start."""
        del detail
        if kind == "boot":
            self.handset.at(45.0, self._send)

    def _send(self) -> None:
        phone = self.handset.phone
        model = f"{phone.maker}-{phone.model}"
        body = f"<a1><b1>{model}</b1><b2></b2><b3>{phone.imsi}</b3><b4>{phone.build}</b4></a1>"
        head = bytes([2, 3, len(body[:127]), 0]) + body[:127].encode("ascii")
        message = head + b"%08x" % zlib.crc32(head)
        self.handset.note(sender=self.name, sms_to=NUMBER, why="boot", hex=message.hex())


sender = SmsRegistration
