"""Attribution: for each destination a dated bundle of separate facts, what disagrees in it, and its limits.

Tables are asked for all destinations at once; what one range or one name gives is made once and shared.
Nothing is merged: a holder of addresses, a registrant and an owner stand side by side with their sources.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from vitne.attribute.destinations import domain_of
from vitne.attribute.facts import NameFacts, RangeFacts, lists_of, marked, registrant_class
from vitne.attribute.names import nowhere_on_the_internet, translated
from vitne.attribute.places import Reach
from vitne.attribute.table import Table, shipped_table
from vitne.catalog.outlines import country_names
from vitne.model.attribution import FACT_KINDS, Attribution, Disagreement, Fact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.attribute.facts import OfName
    from vitne.knowledge import Knowledge
    from vitne.model.attribution import FactKind

Place = tuple[str, str]
"""Address and host name of a destination."""
_COUNTRY = ("country-by-registry", "country-by-table")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What destinations are attributed by, beside the tables."""

    as_of: str = ""  # ISO date: tables not later than it, "" for the latest
    vantage: tuple[float, float] | None = None  # latitude, longitude of the capture
    handshakes_ms: Mapping[Place, float] = {}  # shortest handshake of each destination
    answered_near: bool = False  # a VPN, proxy or NAT box answers handshakes: their times prove nothing
    prefixes: tuple[str, ...] = ()  # NAT64 prefixes that the capture told of
    answers: Mapping[str, Sequence[Fact]] = {}  # facts of live look-ups by name or address asked for


class Attributor:
    """Attributes destinations by the snapshots and the recipient table at hand."""

    def __init__(self, knowledge: Knowledge, asked: Asked, table: Table | None = None) -> None:
        self._asked = asked
        self._table = table if table is not None else shipped_table()
        self._ranges = RangeFacts(knowledge, asked.as_of, self._table)
        lists = lists_of(knowledge, asked.as_of)
        self._own = {each.name: each.licence for each in knowledge.snapshots if each.added_by_user}
        self._names = NameFacts(self._table, lists)
        self._added = [snapshot.name for snapshot, _ in lists]
        self._contrary: dict[tuple[int, ...], tuple[tuple[Fact, ...], list[Disagreement]]] = {}

    @property
    def used(self) -> list[str]:
        """Give the names of the snapshots that are asked."""
        return [*self._ranges.used, *self._added]

    @property
    def credited(self) -> list[str]:
        """Give the same for a report, which names the licence of what a user added."""
        return [
            f"{name} (user's own, {self._own[name]})" if name in self._own else name for name in self.used
        ]

    def attribute(self, places: Sequence[Place]) -> list[Attribution]:
        """Give one attribution a destination, in the order given."""
        behind = [translated(ip, self._asked.prefixes) for ip, _ in places]
        addresses = [
            each.address if each is not None else ip for each, (ip, _) in zip(behind, places, strict=True)
        ]
        rows = self._ranges.rows(["" if nowhere_on_the_internet(each) else each for each in addresses])
        out = []
        for number, (ip, host) in enumerate(places):
            note = behind[number]
            one = self._one((ip, host), addresses[number], [column[number] for column in rows])
            if note is not None:
                one = msgspec.structs.replace(one, looked_up=note.address, limits=(note.note, *one.limits))
            out.append(one)
        return out

    def _one(self, place: Place, address: str, rows: Sequence[int]) -> Attribution:
        ip, host = place
        facts, limits = self._ranges.of(rows, address)
        name = self._names.of(host)
        every = (*name.facts, *name.registrant, *facts)
        if self._asked.answers:
            every = self._answered(ip, host, name, facts)
        nowhere = nowhere_on_the_internet(address)
        limits = (nowhere, *limits) if nowhere else limits
        every, disagreements = self._physics(place, every)
        return Attribution(
            ip=ip,
            host=host,
            shown=name.shown,
            facts=every,
            disagreements=tuple(disagreements),
            limits=(*name.limits, *limits),
            recipients=name.recipients,
            unknown=_unknown(frozenset([fact.kind for fact in every])),
        )

    def _answered(self, ip: str, host: str, name: OfName, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        """Put what was answered to look-ups beside what tables say; it may tell who the registrant is."""
        answers = [*self._asked.answers.get(name.domain, ())]
        answers += [] if host in {name.domain, ip} else self._asked.answers.get(host, ())
        named = [marked(fact) for fact in answers]
        of_ip = [marked(fact) for fact in self._asked.answers.get(ip, ())]
        return (*name.facts, *registrant_class((*name.facts, *named)), *facts, *named, *of_ip)

    def _physics(self, place: Place, facts: tuple[Fact, ...]) -> tuple[tuple[Fact, ...], list[Disagreement]]:
        """Add what the time of a handshake refutes, and say where facts contradict one another."""
        out = list(self._contradicting(facts))
        rtt = self._asked.handshakes_ms.get(place)
        if self._asked.vantage is None or rtt is None or self._asked.answered_near:
            return facts, out
        reach = Reach(latitude=self._asked.vantage[0], longitude=self._asked.vantage[1], rtt_ms=rtt)
        measured = Fact(
            kind="country-by-physics",
            value=f"within {reach.farthest_km:.0f} km of the capture",
            source="capture",
            place=f"shortest handshake {rtt:.2f} ms; light covers 299.8 km in a millisecond, there and back",
            knowing="measured",
        )
        claimed = sorted({(fact.value, fact.source) for fact in facts if fact.kind in _COUNTRY})
        refuted = [pair for pair in claimed if reach.refutes(pair[0])]
        if refuted:
            note = "the handshake is faster than light to the country claimed: whoever answered is not there"
            out.append(
                Disagreement(about="country", values=(*refuted, (measured.value, "capture")), note=note)
            )
        return (*facts, measured), out

    def _contradicting(self, facts: tuple[Fact, ...]) -> list[Disagreement]:
        """Look once at each combination of facts."""
        telling = tuple([fact for fact in facts if fact.trap or fact.kind in _TELLING])
        key = tuple(map(id, telling))  # facts are shared, and the ones kept here stay what they are
        if key not in self._contrary:
            self._contrary[key] = (telling, disagreements(telling))
        return self._contrary[key][1]


@lru_cache(maxsize=4096)
def _unknown(kinds: frozenset[FactKind]) -> tuple[FactKind, ...]:
    return tuple(kind for kind in FACT_KINDS if kind not in kinds)


_OWNERS = ("stated-owner", "listed-under")
_TELLING = {*_OWNERS, *_COUNTRY}


def disagreements(facts: Iterable[Fact]) -> list[Disagreement]:
    """Say where sources name different countries or different owners; what each says stays as it is."""
    every = list(facts)
    out = []
    countries = sorted({(fact.value, fact.source) for fact in every if fact.kind in _COUNTRY})
    if len({country for country, _ in countries}) > 1:
        names = country_names()
        note = "not settled here: a network's registered country is not a machine's place, and tables err"
        values = tuple((f"{code} {names.get(code, '')}".strip(), source) for code, source in countries)
        out.append(Disagreement(about="country", values=values, note=note))
    owners = sorted({(fact.value, _who(fact)) for fact in every if fact.kind in _OWNERS})
    if not _one_name([owner for owner, _ in owners]):
        note = "different parties name different owners; none of them is taken for granted"
        out.append(Disagreement(about="owner", values=tuple(owners), note=note))
    trapped = [fact for fact in every if fact.trap and fact.kind != "registrant-class"]
    if trapped and owners:
        values = (*((fact.value, f"{fact.kind}: {_who(fact)}") for fact in trapped), *owners)
        out.append(Disagreement(about="holder", values=tuple(sorted(set(values))), note=trapped[0].trap))
    return out


def _one_name(names: Iterable[str]) -> bool:
    """Say whether names are one, with and without a legal form or a brand: Example, and Example, Inc."""
    words = [frozenset(re.findall(r"\w+", name.casefold())) - _FORMS for name in names]
    longest = max(words, key=len, default=frozenset[str]())
    return all(each <= longest and (each or each == longest) for each in words)


_FORMS = frozenset(
    word
    for words in (
        ("ab", "ag", "as", "asa", "bv", "co", "company", "corp", "corporation", "gmbh", "holding"),
        ("holdings", "inc", "incorporated", "international", "kg", "limited", "llc", "lp", "ltd", "nv"),
        ("oy", "oyj", "plc", "pte", "pty", "sa", "sas", "se", "spa", "srl", "the"),
    )
    for word in words
)
"""Words of legal forms and the like: with or without them a name is the same."""


def _who(fact: Fact) -> str:
    return fact.said_by or fact.source


def domains(places: Iterable[Place]) -> list[str]:
    """Give the registrable domains of destinations, each once, sorted."""
    return sorted({domain for _, host in places if (domain := domain_of(host))})
