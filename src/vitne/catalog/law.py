"""Law as dated data: provisions, adequacy decisions, authorities.  Facts for a reader, never an outcome."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

import msgspec

from vitne.catalog.reading import data_folder, faults

EFTA = frozenset({"NO", "IS", "LI"})


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of a data file: unknown keys are refused."""


class Adequacy(_Row, frozen=True, kw_only=True):
    """One decision under Article 45 GDPR or its forerunner."""

    code: str  # ISO 3166-1 alpha-2; of an organisation its short name
    who: str
    decision: str  # number
    adopted: str  # day
    expires: str = ""  # day, "" for no end of its own
    scope: str  # what it is limited to, "" for nothing noted
    certain: bool  # false: number or date was not read again


class Member(_Row, frozen=True, kw_only=True):
    """A country of the European Economic Area."""

    code: str  # ISO 3166-1 alpha-2
    until: str = ""  # last day, "" for no end
    certain: bool = True  # false: the day was not read again


class AdequacyFile(_Row, frozen=True, kw_only=True):
    """data/law/adequacy.toml."""

    licence: str
    because: str
    checked_on: str  # day
    reviewed_by: str
    reviewed_on: str
    decision: tuple[Adequacy, ...]
    member: tuple[Member, ...]

    def inside(self, code: str, day: str) -> bool:
        """Say whether a country belonged to the European Economic Area on a day."""
        return any(each.code == code and (not each.until or day <= each.until) for each in self.member)

    def on(self, day: str) -> list[Adequacy]:
        """Give the decisions in force on a day."""
        return [d for d in self.decision if d.adopted <= day and (not d.expires or day <= d.expires)]


class Provision(_Row, frozen=True, kw_only=True):
    """One provision and when it applies."""

    question: str  # q1 to q4, or "more"
    instrument: str
    article: str
    applies_from: str  # day
    applies_from_efta: str = ""  # day in Iceland, Liechtenstein and Norway, where it is another
    applies_to: str = ""  # last day, "" for none
    country: str = ""  # only there


class Case(_Row, frozen=True, kw_only=True):
    """One decision of a court, in a line."""

    id: str
    date: str
    said: str
    certain: bool  # false: not read again


class Question(_Row, frozen=True, kw_only=True):
    """A further question that facts may bear on."""

    id: str
    articles: str
    asks: dict[str, str]  # language -> question
    needs: tuple[str, ...]  # words of which one must be among protections or kinds; () for always


class LawFile(_Row, frozen=True, kw_only=True):
    """data/law/provisions.toml."""

    licence: str
    because: str
    checked_on: str
    reviewed_by: str  # lawyer who checked the texts, "" for nobody yet
    reviewed_on: str
    provision: tuple[Provision, ...]
    decision: tuple[Case, ...]
    question: tuple[Question, ...]

    def on(self, day: str, country: str) -> list[Provision]:
        """Give the provisions in force on a day, those of one country beside the general ones."""
        rows = []
        for row in self.provision:
            begins = (row.applies_from_efta if country in EFTA else "") or row.applies_from
            if (
                row.country in {"", country}
                and begins <= day
                and (not row.applies_to or day <= row.applies_to)
            ):
                rows.append(msgspec.structs.replace(row, applies_from=begins))
        return rows


class Authority(_Row, frozen=True, kw_only=True):
    """One supervisory authority."""

    country: str  # ISO 3166-1 alpha-2; of a part of a country ISO 3166-2
    name: str
    address: tuple[str, ...]  # () where the record holds none that can be used
    email: str  # "" for none in the record
    web: str
    complaint_language: str  # ISO 639-1, "" where the record names none
    record: str  # name of the record in the list, and the commit it was read at
    note: str = ""


class AuthorityFile(_Row, frozen=True, kw_only=True):
    """data/law/authorities.toml."""

    licence: str
    because: str
    checked_on: str
    authority: tuple[Authority, ...]

    def of(self, country: str) -> Authority | None:
        """Give the authority of a country or of a part of one (DE-NW), else of the whole; None for none."""
        by_code = {each.country: each for each in self.authority}
        wanted = country.upper()
        return by_code.get(wanted) or by_code.get(wanted.partition("-")[0])


@cache
def _read(name: str, kind: Any) -> Any:
    source = data_folder() / "law" / f"{name}.toml"
    try:
        return msgspec.convert(tomllib.loads(source.read_text(encoding="utf-8")), kind)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise faults([f"law/{name}.toml: {error}"]) from error


def adequacy() -> AdequacyFile:
    """Read the adequacy decisions; raises CatalogError."""
    read: AdequacyFile = _read("adequacy", AdequacyFile)
    return read


def law() -> LawFile:
    """Read provisions, decisions and further questions; raises CatalogError."""
    read: LawFile = _read("provisions", LawFile)
    return read


def authorities() -> AuthorityFile:
    """Read the authorities; raises CatalogError."""
    read: AuthorityFile = _read("authorities", AuthorityFile)
    return read
