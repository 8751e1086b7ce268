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

        rows = (document.get("destinations") or {}).get("rows", ())
        self.tables: list[str] = list((document.get("destinations") or {}).get("tables", ()))
        self._by_name: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            self._by_name.setdefault(row["host"] or row["ip"], []).append(row)

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

    @staticmethod
    def app(finding: dict[str, Any]) -> str:
        """Name the program on the device, its user and process, and how it is known; "" for unknown."""
        told = finding.get("app") or {}
        if told.get("source", "unknown") == "unknown":
            return ""
        name = " ".join(dict.fromkeys(filter(None, (told["package"], told["name"]))))
        user = "" if told["uid"] is None else f"uid {told['uid']}"
        process = "" if told["pid"] is None else f"pid {told['pid']}"
        return shown(", ".join(part for part in (name, user, process, told["source"]) if part), 160)

    def identifiers(self) -> list[str]:
        """Give the words of what left the home network, each once."""
        return list(dict.fromkeys(line["identifier"] for t in self.outside for line in self.lines(t)))

    @property
    def quick(self) -> bool:
        """Say whether known values alone were looked for, in bytes as they stand."""
        return any(gap["kind"] == "not-unwrapped" for gap in self.document["gaps"])

    def name(self, target: dict[str, Any]) -> str:
        """Give what to call a destination."""
        if target["scope"] == "multicast" and not target["host"]:
            return self.say("nearby", ip=shown(target["ip"], 60))
        return shown(target["name"], 120)

    def names(self, targets: list[dict[str, Any]] | None = None, most: int = 6) -> str:
        """Give destinations as a list in a sentence."""
        given = self.outside if targets is None else targets
        return self.say.listed(list(dict.fromkeys(self.name(t) for t in given)), most)

    def how(self, target: dict[str, Any]) -> str:
        """Say in what form bytes went to a destination."""
        return self.say.listed([self.say(f"protection_{word}") for word in target["protections"]])

    def known(self, target: dict[str, Any]) -> list[dict[str, Any]]:
        """Give what is known of a destination, a row for each address; [] where not looked up."""
        return self._by_name.get(target["host"] or target["ip"], [])

    def recipients(self, target: dict[str, Any]) -> list[str]:
        """Give the organisations that documents list a destination under, each once; [] for none known."""
        names = [each["name"] for row in self.known(target) for each in row["recipients"]]
        return [shown(name, 80) for name in dict.fromkeys(names)]

    def countries(self, target: dict[str, Any]) -> list[str]:
        """Give the two letters of each country that a table names for a destination, sorted."""
        return sorted({code for row in self.known(target) for code in row["countries"]})

    def country_words(self, target: dict[str, Any]) -> str:
        """Name the countries that tables name for a destination, all of them where they disagree."""
        return " / ".join(map(self.say.country_of, self.countries(target))) or self.say("unknown")

    def recipient_words(self, target: dict[str, Any]) -> str:
        """Name the organisations of a destination, with the name that it stands for in a demonstration."""
        names = " / ".join(self.recipients(target)) or self.say("unknown")
        stands = next((row["stands_for"] for row in self.known(target) if row["stands_for"]), "")
        return f"{names} ({self.say('rec_stands_short', name=shown(stands, 80))})" if stands else names

    def disagreements(self, target: dict[str, Any]) -> list[str]:
        """Give what sources disagree on at a destination, in words, each once."""
        about = sorted({each["about"] for row in self.known(target) for each in row["disagreements"]})
        return [self.say.word("about", word) for word in about]

    def refuted(self, target: dict[str, Any]) -> list[str]:
        """Give the countries that are named for a destination and that light could not have reached."""
        codes = {
            value
            for row in self.known(target)
            for each in row["disagreements"]
            if each["about"] == "country" and any(source == "capture" for _, source in each["values"])
            for value, source in each["values"]
            if source != "capture"
        }
        return sorted(codes)

    def rented(self, target: dict[str, Any]) -> list[str]:
        """Give the hosting and content networks that an address belongs to, each once."""
        facts = (fact for row in self.known(target) for fact in row["facts"])
        return [
            shown(name, 80)
            for name in dict.fromkeys(f["value"] for f in facts if f["kind"] == "hosting-provider")
        ]

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
        return ", ".join(self.say.counted(number, unit) for unit, number in counts.items())

    def frames(self, numbers: list[int]) -> str:
        """Give frames, each once, the first few of many."""
        return self.say.listed([str(number) for number in dict.fromkeys(numbers)]) if numbers else "–"

    def made_by(self) -> str:
        """Say what a report was made from."""
        version = shown(self.document["rules"].get("vitne", ""), 40)
        return self.say("made_by", version=version, records=self.records(), span=self.document["span"])
