"""The message catalogue of the reports: one file for each language, the same keys in all."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from vitne.catalog.outlines import country_names
from vitne.catalog.reading import data_folder, faults
from vitne.model import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Sequence


class Messages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All texts of one language."""

    licence: str
    because: str
    language: str  # ISO 639-1
    name: str  # of the language, in itself
    reviewed_by: str  # native reader who checked the texts, "" for nobody yet
    reviewed_on: str  # day of that, "" for not yet
    text: dict[str, str]  # key -> sentence with {places}
    identifier: dict[str, str]  # word of the closed list -> what to call it
    country: dict[str, str]  # two letters -> name, of countries that are met often
    said: dict[str, str]  # sentence of a data file or of a finding, in English with {places} -> the same here

    def __call__(self, key: str, /, **values: object) -> str:
        """Give a text with its places filled; KeyError for a key that is not there."""
        return self.text[key].format(**{name: str(value) for name, value in values.items()})

    def word(self, kind: str, word: str) -> str:
        """Give what to call a word of a closed list; one that is not translated stands as it is."""
        return self.text.get(f"{kind}_{word}", word)

    def quoted(self, sentence: str, **known: str) -> str:
        """Give a sentence that data files or findings hold in English; without a translation as it stands.

        ``known`` are values of places that have words of their own.
        """
        own = self.said.get(sentence)
        if own is not None or len(sentence) > _LONGEST:
            return own or sentence
        for pattern, words in _patterns(self.language):
            found = pattern.fullmatch(sentence)
            if found is not None:
                told = {key: self.quoted(value) for key, value in found.groupdict().items()}
                return words.format(**{**told, **{key: known[key] for key in told.keys() & known.keys()}})
        return sentence

    def counted(self, number: int, unit: str) -> str:
        """Give a number with its unit: packets, or entries of exports."""
        return f"{number} {self.word('unit', f'{unit}_1' if number == 1 else unit)}"

    def of(self, identifier: str) -> str:
        """Give what to call an identifier; one that is not translated yet has its own title."""
        return self.identifier.get(identifier) or IDENTIFIERS.get(identifier, ("", identifier))[1]

    def country_of(self, code: str) -> str:
        """Give a country with its two letters; one without a name in this language has its English one."""
        name = self.country.get(code) or country_names().get(code, "")
        return f"{name} ({code})" if name else code

    def listed(self, words: Sequence[str], most: int = 6) -> str:
        """Give words as a list in a sentence, the first few of many."""
        told = list(words[:most])
        if len(words) > most:
            told.append(self("more", n=len(words) - most))
        if not told:
            return self("none")
        return f" {self('and')} ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


_LONGEST = 1000  # letters of a sentence that is compared with patterns
_PLACE = re.compile(r"\\{(\w+)\\}")


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Give the sentences with places as patterns, the most exact first."""
    rows = [(key, words) for key, words in messages(language).said.items() if "{" in key]
    rows.sort(key=lambda row: -len(_PLACE.sub("", re.escape(row[0]))))
    return tuple(
        (re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(key)), re.DOTALL), words) for key, words in rows
    )


@cache
def messages(language: str) -> Messages:
    """Read the texts of a language; raises CatalogError."""
    source = data_folder() / "messages" / f"{language}.toml"
    try:
        return msgspec.convert(tomllib.loads(source.read_text(encoding="utf-8")), Messages)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise faults([f"messages/{language}.toml: {error}"]) from error


def languages() -> tuple[str, ...]:
    """Give the languages there are, by their codes."""
    names = (item.name for item in (data_folder() / "messages").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
