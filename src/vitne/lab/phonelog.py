"""The event log of the simulated phone as one with Android 9 writes it: no year, local time.

summary: lines of ``logcat -v threadtime`` for device events, and for programs that say too much
specification: tags 2723, 2728, 3040, 30043, 50021, 50114, 70000, 30085 as in data/events
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO

LINES = {
    "boot": "boot_progress_ams_ready: 14210",
    "screen-on": "power_screen_state: [1,2,0,0,312]",
    "screen-off": "power_screen_state: [0,2,0,0,187]",
    "keyguard-gone": "screen_toggled: 2",
    "storage-unlocked": "ssm_user_unlocked: 0",
    "network-connected": "wifi_state_changed: CONNECTED",
    "network-lost": "wifi_state_changed: DISCONNECTED",
    "in-service": "gsm_service_state_change: [1,1,0,0]",
    "out-of-service": "gsm_service_state_change: [0,0,1,1]",
    "charging-on": "battery_status: [2,2,1,1,Li-ion]",
    "charging-off": "battery_status: [3,2,1,0,Li-ion]",
    "keyguard-shown": "security_keyguard_secured: []",
}


class PhoneLog:
    """Writes lines with the phone's own clock."""

    def __init__(self, file: IO[str], *, start_ns: int, ahead_s: float, zone_s: int) -> None:
        self._file = file
        self._shift = start_ns + round(ahead_s * 1e9) + zone_s * 10**9

    def event(self, at: float, kind: str, detail: str) -> None:
        """Write the line of an event; kinds without a tag of the event log write none."""
        body = LINES.get(kind)
        if kind == "app-foreground":
            body = f"am_set_resumed_activity: [0,{detail}/.Main,resumeTopActivityInnerLocked]"
        if body is not None:
            self._line(at, "I", body)

    def says(self, at: float, tag: str, text: str) -> None:
        """Write a readable line of a program."""
        self._line(at, "D", f"{tag}: {text}")

    def _line(self, at: float, level: str, body: str) -> None:
        moment = self._shift + round(at * 1e9)
        stamp = time.strftime("%m-%d %H:%M:%S", time.gmtime(moment // 10**9))
        self._file.write(f"{stamp}.{moment % 10**9 // 10**6:03}  1000  1421  1465 {level} {body}\n")
        self._file.flush()
