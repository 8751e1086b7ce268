"""Values of persons, masked: equal values get equal labels, and nothing of the value is shown.

Labels count in the order of place (capture, frame, offset), so they say nothing about the value and no
hash of it is made.  The same labels replace the value wherever it stands in other text of a finding: a host
name, a field name, a model that ends with the serial number, the name of a device.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from vitne.assess.vocabulary import is_name, is_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from vitne.model import Also, Destination, Finding, Seed, Source

_SHORTEST = 4
"""Characters below which a value is not looked for inside other text: «to» would blacken half of it."""
_LONGEST_NAME = 64
_OF_NAMES = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_SEPARATORS = re.compile(r"[\s:._\-+/@]+")
_MAC = re.compile(r"(?i)\b([0-9a-f]{2}(?::[0-9a-f]{2}){2})(?::[0-9a-f]{2}){3}\b")


def labels(findings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """Give (identifier, value) -> "identifier#n", numbered by first place."""
    given: dict[tuple[str, str], str] = {}
    count: dict[str, int] = {}
    for finding in findings:
        key = (finding.identifier, finding.value)
        if key not in given:
            count[finding.identifier] = count.get(finding.identifier, 0) + 1
            given[key] = f"{finding.identifier}#{count[finding.identifier]}"
    return given


@functools.lru_cache(maxsize=1 << 14)
def hide_mac(text: str) -> str:
    """Keep the maker's half of hardware addresses in a text and hide the rest."""
    return _MAC.sub(r"\1:••:••:••", text)


class Scrubber:
    """Replaces values of persons inside other text by their labels."""

    def __init__(self, named: dict[tuple[str, str], str], persons: Iterable[tuple[str, str]]) -> None:
        words: dict[str, str] = {}
        for identifier, value in persons:
            for form in _forms(value):
                words.setdefault(form.lower(), named.get((identifier, value), identifier))
        self._words: dict[str, list[str]] = {}
        for word in sorted(words, key=lambda each: (-len(each), each)):
            self._words.setdefault(word[:_SHORTEST], []).append(word)
        self._labels = words
        self._done: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """Give the text with every value of a person replaced."""
        done = self._done.get(text)
        if done is None:
            done = self._done[text] = hide_mac(self._replaced(text))
        return done

    def _replaced(self, text: str) -> str:
        low = text.lower()
        if len(low) != len(text):  # a letter whose lower case is longer: give up the place, not the mask
            text = low
        parts, at = [], 0
        for position in range(len(low)):
            if position < at or low[position : position + _SHORTEST] not in self._words:
                continue
            for word in self._words[low[position : position + _SHORTEST]]:
                if low.startswith(word, position):
                    end = position + len(word)
                    known = _known_name(low, position, end)
                    parts.append(text[at:known] if known else text[at:position] + self._labels[word])
                    at = known or end
                    break
        return "".join([*parts, text[at:]])


def _known_name(low: str, start: int, end: int) -> int:
    """Give where the name of a field ends of which a value is but a part; 0 where it is part of none."""
    left, right = start, end
    while left and start - left < _LONGEST_NAME and low[left - 1] in _OF_NAMES:
        left -= 1
    while right < len(low) and right - end < _LONGEST_NAME and low[right] in _OF_NAMES:
        right += 1
    return right if right - left > end - start and is_name(low[left:right]) else 0


def _forms(value: str) -> set[str]:
    """Give the spellings of a value that other text may hold: as it is, and without separators."""
    forms = {value, _SEPARATORS.sub("", value)}
    return {form for form in forms if len(form) >= _SHORTEST}


def scrubber(findings: Sequence[Finding], seeds: Iterable[Seed]) -> Scrubber:
    """Make a scrubber for all values of persons among findings and seeds."""
    named = labels(findings)
    persons = [
        (finding.identifier, finding.value)
        for finding in findings
        if finding.kind != "attribute" or finding.seed is not None
    ]
    persons += [(finding.identifier, finding.spelling) for finding in findings if finding.kind != "attribute"]
    persons += [(seed.identifier, seed.value) for seed in seeds if seed.origin == "subject" and seed.value]
    return Scrubber(named, dict.fromkeys(persons))


def mask(findings: Sequence[Finding], scrub: Scrubber, device: Callable[[str], str]) -> list[Finding]:
    """Give the findings with every value of a person replaced by its label.

    Attributes (model, version) are shown as they are, unless they are or hold a value of a person.
    ``device`` gives the masked label of a device.
    """
    label = labels(findings)
    masks = _Masks(scrub, device)
    return [masks.finding(finding, label[finding.identifier, finding.value]) for finding in findings]


_Thing = TypeVar("_Thing")


class _Masks:
    """Masks findings; what several of them share is masked once, and they live as long as this does."""

    def __init__(self, scrub: Scrubber, device: Callable[[str], str]) -> None:
        self._scrub = scrub
        self._device = device
        self._made: dict[int, Any] = {}  # by the identity of what is shared
        self._told: dict[tuple[str, ...], tuple[str, ...]] = {}

    def finding(self, finding: Finding, name: str) -> Finding:
        scrub, made = self._scrub, self._made
        if finding.kind == "attribute" and finding.seed is None:
            value, spelling = scrub(finding.value), scrub(finding.spelling)
        else:
            value, spelling = name, f"{name}, {len(finding.spelling)} characters"
        layers, also = finding.layers, finding.also
        source, target = finding.source, finding.destination
        return replace(
            finding,
            value=value,
            spelling=spelling,
            field=scrub(finding.field),
            answer=scrub(finding.answer),
            reasons=self._reasons(finding.reasons),
            layers=made.get(id(layers)) or self._once(layers, self._layers),
            also=(made.get(id(also)) or self._once(also, self._also)) if also else also,
            source=made.get(id(source)) or self._once(source, self._source),
            destination=made.get(id(target)) or self._once(target, self._destination),
        )

    def _once(self, thing: _Thing, mask: Callable[[_Thing], _Thing]) -> _Thing:
        """Mask a thing unless it was masked before."""
        made: _Thing | None = self._made.get(id(thing))
        if made is None:
            made = self._made[id(thing)] = mask(thing)
        return made

    def _reasons(self, reasons: tuple[str, ...]) -> tuple[str, ...]:
        known = self._told.get(reasons)
        if known is None:
            known = self._told[reasons] = tuple(
                each if is_reason(each) else self._scrub(each) for each in reasons
            )
        return known

    def _layers(self, layers: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        return tuple(_layer(layer, self._scrub) for layer in layers)

    def _also(self, also: tuple[Also, ...]) -> tuple[Also, ...]:
        return tuple(
            replace(one, field=self._scrub(one.field), layers=self._once(one.layers, self._layers))
            for one in also
        )

    def _source(self, source: Source) -> Source:
        return replace(source, mac=hide_mac(source.mac), device=self._device(source.device))

    def _destination(self, target: Destination) -> Destination:
        return replace(target, host=self._scrub(target.host), domain=self._scrub(target.domain))


def _layer(layer: dict[str, Any], scrub: Scrubber) -> dict[str, Any]:
    plain = dict(layer)
    plain["path"] = scrub(plain["path"])
    if "params" in plain:
        plain["params"] = {
            key: scrub(value) if isinstance(value, str) else value for key, value in plain["params"].items()
        }
    return plain
