"""What the reports say again and again, taken from the frozen findings document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import shown
from vitne.report.words import clock

if TYPE_CHECKING:
    from vitne.catalog.messages import Messages

PERMANENT = ("imei", "imeisv", "meid", "imsi", "iccid", "eid", "serial-number", "mac-address", "bssid")
"""Identifiers that a user cannot change by a setting."""
_IDS = 3


class Facts:
    """A findings document with the questions that reports ask of it."""

    def __init__(self, document: dict[str, Any], say: Messages) -> None:
        self.document = document
        self.say = say
        self.findings: dict[str, dict[str, Any]] = {one["id"]: one for one in document["findings"]}
        self.targets: list[dict[str, Any]] = document["targets"]
        self.sent = [t for t in self.targets if t["direction"] == "sent" and self.lines(t)]
        self.outside = [t for t in self.sent if t["outside"]]

    @staticmethod
    def lines(target: dict[str, Any]) -> list[dict[str, Any]]:
        """Give what was found at a destination, attributes of the device left out."""
        return [line for line in target["lines"] if line["kind"] != "attribute"]

    @property
    def left(self) -> list[dict[str, Any]]:
        """Give the findings that left the home network, attributes left out."""
        ids = {each for t in self.outside for line in self.lines(t) for each in line["findings"]}
        return [self.findings[each] for each in sorted(ids)]

    @property
    def day(self) -> str:
        """Give the day of the newest record."""
        last = [int(c["last_ns"]) for c in self.document["captures"] if c.get("last_ns") is not None]
        return clock(max(last))[:10] if last else "1970-01-01"

    def kinds(self, target: dict[str, Any]) -> list[str]:
        """Give the names of what was found at a destination, each once."""
        return [
            self.say.of(word) for word in dict.fromkeys(line["identifier"] for line in self.lines(target))
        ]

    def what(self, line: dict[str, Any]) -> str:
        """Name a value: its kind, and its label where that tells it from others of the kind."""
        label = shown(line["value"], 60)
        name = self.say.of(line["identifier"])
        return f"{name}, {label}" if label.startswith(f"{line['identifier']}#") else name

    def identifiers(self) -> list[str]:
        """Give the words of what left the home network, each once."""
        return list(dict.fromkeys(line["identifier"] for t in self.outside for line in self.lines(t)))

    def name(self, target: dict[str, Any]) -> str:
        """Give what to call a destination."""
        return shown(target["name"], 120)

    def names(self, targets: list[dict[str, Any]] | None = None, most: int = 6) -> str:
        """Give destinations as a list in a sentence."""
        given = self.outside if targets is None else targets
        return self.say.listed(list(dict.fromkeys(self.name(t) for t in given)), most)

    def how(self, target: dict[str, Any]) -> str:
        """Say in what form bytes went to a destination."""
        return self.say.listed([self.say(f"protection_{word}") for word in target["protections"]])

    def ids(self, line: dict[str, Any]) -> str:
        """Name the first few findings of a line."""
        return self.say.listed(line["findings"], _IDS)

    def readable(self) -> list[dict[str, Any]]:
        """Give the destinations that received what anyone on the way could read."""
        return [t for t in self.outside if {"clear", "encoded"} & set(t["protections"])]

    def first(self, targets: list[dict[str, Any]]) -> str:
        """Give the time of the first message to some destinations."""
        times = [int(t["first_ns"]) for t in targets if t["first_ns"] is not None]
        return clock(min(times)) if times else ""

    def last(self, targets: list[dict[str, Any]]) -> str:
        """Give the time of the last message to some destinations."""
        times = [int(t["last_ns"]) for t in targets if t["last_ns"] is not None]
        return clock(max(times)) if times else ""

    def opaque(self) -> tuple[str, int]:
        """Give how many bytes could not be read, and at how many destinations."""
        rows = self.document["opaque"]
        places = {
            (r["destination"]["host"] or r["destination"]["ip"], r["destination"]["port"]) for r in rows
        }
        return f"{sum(int(r['bytes']) for r in rows):,}".replace(",", "\u202f"), len(places)

    def records(self) -> str:
        """Say how many packets and entries were read."""
        counts: dict[str, int] = {}
        for capture in self.document["captures"]:
            counts[capture["unit"]] = counts.get(capture["unit"], 0) + int(capture["packets"])
        return ", ".join(f"{number} × {unit}" for unit, number in counts.items())

    def made_by(self) -> str:
        """Say what a report was made from."""
        version = shown(self.document["rules"].get("vitne", ""), 40)
        return self.say("made_by", version=version, records=self.records(), span=self.document["span"])
