"""The log of the simulated phone as one with Android 9 writes it: no year, local time.

summary: lines of ``logcat -v threadtime`` for device events, and for programs that say too much
specification: tags 2723, 2728, 3040, 3120, 30043, 36004, 50114, 70000 and readable lines as in data/events
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from typing import IO

OLD, NEW = "Example/lab/lab:8.1.0/LAB1/1:user/release-keys", "Example/lab/lab:9/LAB2/2:user/release-keys"


class Entry(msgspec.Struct, frozen=True):
    """An entry of the event log."""

    name: str
    number: int
    shape: str  # a letter a field: i 32 bits, l 64 bits, s text
    values: tuple[int | str, ...]

    @property
    def text(self) -> str:
        """Give the entry as logcat prints it."""
        told = ",".join(str(value) for value in self.values)
        return f"{self.name}: {told if len(self.values) == 1 else f'[{told}]'}"


class Row(msgspec.Struct, frozen=True):
    """One line, by the phone's own clock."""

    time_ns: int  # nanoseconds UTC
    level: str
    tag: str
    text: str
    entry: Entry | None = None  # of the event log, else the line is of the main or radio log


ENTRIES = {
    "boot": Entry("boot_progress_ams_ready", 3040, "l", (14210,)),
    "screen-on": Entry("power_screen_state", 2728, "iilii", (1, 2, 0, 0, 312)),
    "screen-off": Entry("power_screen_state", 2728, "iilii", (0, 2, 0, 0, 187)),
    "keyguard-gone": Entry("screen_toggled", 70000, "i", (2,)),
    "keyguard-shown": Entry("sysui_status_bar_state", 36004, "iiiiii", (1, 1, 0, 0, 1, 1)),
    "in-service": Entry("gsm_service_state_change", 50114, "iiii", (1, 1, 0, 0)),
    "out-of-service": Entry("gsm_service_state_change", 50114, "iiii", (0, 0, 1, 1)),
    "charging-on": Entry("battery_status", 2723, "iiiis", (2, 2, 1, 1, "Li-ion")),
    "charging-off": Entry("battery_status", 2723, "iiiis", (3, 2, 1, 0, "Li-ion")),
    "system-updated": Entry("pm_critical_info", 3120, "s", (f"Upgrading from {OLD} to {NEW}",)),
}
_POLL = "[0] Poll ServiceState done:  oldSS=[{mVoiceRegState=1(OUT_OF_SERVICE)}] newSS=[{"
_POLL += "mVoiceRegState=0(IN_SERVICE), mDataRegState=0(IN_SERVICE), mVoiceRoamingType="
READABLE = {
    "storage-unlocked": ("StorageManagerService", "onUnlockUser 0"),
    "network-connected": (
        "ConnectivityService",
        "NetworkAgentInfo [WIFI () - 101] EVENT_NETWORK_INFO_CHANGED, going from CONNECTING to CONNECTED",
    ),
    "network-lost": (
        "ConnectivityService",
        "NetworkAgentInfo [WIFI () - 101] EVENT_NETWORK_INFO_CHANGED, going from CONNECTED to DISCONNECTED",
    ),
    "roaming-on": ("SST", _POLL + "International Roaming, mDataRoamingType=International Roaming}]"),
    "roaming-off": ("SST", _POLL + "home, mDataRoamingType=home}]"),
    "shutdown": ("ShutdownThread", "Notifying thread to start shutdown longPressBehavior=1"),
    "clock-set": ("AlarmManager", "Setting time of day to sec=1549174470"),
}
RADIO = frozenset({"SST", "SubscriptionInfoUpdater"})


class PhoneLog:
    """Writes lines with the phone's own clock, and keeps them for the other forms of the log."""

    def __init__(self, file: IO[str], *, start_ns: int, ahead_s: float, zone_s: int) -> None:
        self._file = file
        self._begin = start_ns + round(ahead_s * 1e9)
        self.zone_s = zone_s
        self.rows: list[Row] = []
        self.happened: list[tuple[int, str, str]] = []  # by the phone's clock: nanoseconds UTC, kind, detail

    def event(self, at: float, kind: str, detail: str) -> None:
        """Write the line of an event; what no log of a phone tells writes none."""
        entry = ENTRIES.get(kind)
        self.happened.append((self.moment(at), kind, detail))
        if kind == "app-foreground":
            values = (0, f"{detail}/.Main", "resumeTopActivityInnerLocked")
            entry = Entry("am_set_resumed_activity", 30043, "iss", values)
        if entry is not None:
            self._add(Row(self.moment(at), "I", entry.name, entry.text.partition(": ")[2], entry))
        elif kind == "sim-changed":
            state = detail if detail in {"ABSENT", "LOADED"} else "LOADED"
            said = f"Broadcasting intent ACTION_SIM_STATE_CHANGED {state} reason null for phone: 0"
            self._add(Row(self.moment(at), "D", "SubscriptionInfoUpdater", said))
        elif kind == "app-updated":
            said = f"Force stopping {detail} appid=10123 user=-1: installPackageLI"
            self._add(Row(self.moment(at), "I", "ActivityManager", said))
        elif kind in READABLE:
            self._add(Row(self.moment(at), "D", *READABLE[kind]))

    def says(self, at: float, tag: str, text: str) -> None:
        """Write a readable line of a program."""
        self._add(Row(self.moment(at), "D", tag, text))

    def moment(self, at: float) -> int:
        """Give the phone's clock, nanoseconds UTC, so many seconds after its day began."""
        return self._begin + round(at * 1e9)

    def _add(self, row: Row) -> None:
        self.rows.append(row)
        self._file.write(line(row, self.zone_s))
        self._file.flush()


def line(row: Row, zone_s: int) -> str:
    """Give a row as ``logcat -v threadtime`` prints it."""
    moment = row.time_ns + zone_s * 10**9
    stamp = time.strftime("%m-%d %H:%M:%S", time.gmtime(moment // 10**9))
    return f"{stamp}.{moment % 10**9 // 10**6:03}  1000  1421  1465 {row.level} {row.tag}: {row.text}\n"
