"""The rules of all identifier files, arranged for quick look-up."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import msgspec

from vitne import catalog
from vitne.catalog import Rule
from vitne.catalog.patterns import compiled
from vitne.identify import checks
from vitne.identify.fields import normal
from vitne.identify.looks import quick_look, quick_looks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


MOST_REMEMBERED = 4096  # field names whose rules are remembered
LONGEST_REMEMBERED = 512  # characters of such a name with its part
MOST_MATCHES = 4096  # matches of one rule in one piece of text
_DIGITS = frozenset(b"0123456789")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_ALNUM = _HEX | frozenset(b"ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ")
_OCTET_BEFORE = re.compile(rb"(?:^|[^0-9A-Za-z])[0-9A-Fa-f]{2}[:\-]$")
_OCTET_BEHIND = re.compile(rb"[:\-][0-9A-Fa-f]{2}(?:$|[^0-9A-Za-z])")
_FRACTION = re.compile(rb"[0-9]\.$")  # stands before the digits of a decimal fraction: they are no number
_EDGES = {
    "none": frozenset[int](),
    "digits": _DIGITS,
    "hex": _HEX,
    "alnum": _ALNUM,
    "octets": _ALNUM,
    "number": _ALNUM,
}
_BESIDE = {
    "digits": ("(?<![0-9])", "(?![0-9])"),
    "hex": ("(?<![0-9A-Fa-f])", "(?![0-9A-Fa-f])"),
    "alnum": ("(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"),
    "number": (r"(?<![0-9A-Za-z])(?<![0-9]\.)", "(?![0-9A-Za-z])"),
}
SHORT = 256  # bytes of a text that is looked at for everything at once
MOST_DIGITS = 64  # digits of a number that a rule may take
NEAR = 256  # bytes around what a rule needs that are searched
LOWERED = 0.8  # what is left of the rank when the check digit is wrong


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its identifier, its patterns compiled and its check found."""

    identifier: str  # word of the closed list
    rule: Rule  # as the data file says it
    pattern: re.Pattern[bytes] | None  # None: the whole value
    rejects: tuple[re.Pattern[bytes], ...]  # values that are not taken
    parts: re.Pattern[str] | None  # None: any part
    whole: bool  # the pattern has to cover the whole value
    check: Callable[[str], checks.CheckResult] | None  # None: no check
    filler: Callable[[str], str]  # what a value stands for when it stands for nobody, else ""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a rule took."""

    start: int  # half-open range in the data
    end: int
    value: str  # canonical value
    prior: float  # rank
    reasons: tuple[str, ...]  # for a person, without the value
    filler: str = ""  # what it stands for when it stands for nobody


class Rulebook:
    """All rules: those by field name, those by message part, those for any text."""

    def __init__(
        self, files: tuple[catalog.IdentifierFile, ...], fillers: tuple[catalog.Filler, ...]
    ) -> None:
        bound = [self._bind(content.id, rule) for content in files for rule in content.rule]
        self._exact: dict[str, list[Bound]] = {}
        self._globs: list[tuple[re.Pattern[str], Bound]] = []
        for one in bound:
            for key in one.rule.keys:
                if "*" in key:
                    self._globs.append((re.compile(fnmatch.translate(key)), one))
                else:
                    self._exact.setdefault(key, []).append(one)
        self._by_part = [one for one in bound if one.rule.parts and not one.rule.keys]
        self._free: dict[str, list[Bound]] = {}
        for one in bound:
            if not one.rule.parts and not one.rule.keys:
                self._free.setdefault(one.rule.needs, []).append(one)
        self._needs = {needs: compiled(needs) for needs in self._free}
        self._possible = {
            needs: tuple(re.compile(_possible(one).encode()) for one in rules)
            for needs, rules in self._free.items()
        }
        self._looks = tuple((needs, quick_look(needs)) for needs in self._free)
        self._short_look = quick_looks(tuple(self._free))
        self._in_digits = _together(
            [
                one
                for needs, rules in self._free.items()
                for one in rules
                if quick_look(needs)(b"0" * MOST_DIGITS) and not _asks_for_at(one.rule.pattern)
            ]
        )
        self._standing: dict[bytes, bool] = {}
        self.beside = frozenset(name for one in bound for name in one.rule.beside)  # names of company
        self._remembered: dict[str, tuple[Bound, ...]] = {}
        self._fields: dict[tuple[str, str], tuple[Bound, ...]] = {}
        self._parts: dict[str, tuple[Bound, ...]] = {}
        self._fillers: dict[str, dict[str, str]] = {}
        self._filler_patterns = [
            (frozenset(filler.identifiers), compiled(filler.pattern), filler.meaning)
            for filler in fillers
            if filler.pattern
        ]
        for filler in fillers:
            for identifier in filler.identifiers or ("",):
                self._fillers.setdefault(identifier, {}).update(
                    dict.fromkeys(map(bare, filler.values), filler.meaning)
                )
        quiet = catalog.quiet()
        self._quiet = {"key": globs(quiet.keys), "part": globs(quiet.parts)}
        self._told_quiet: dict[tuple[str, str], bool] = {}
        self._quiet_types = globs(quiet.content_types)

    def by_key(self, key: str) -> tuple[Bound, ...]:
        """Give the rules for a field of this (normal) name."""
        known = self._remembered.get(key)
        if known is None:
            by_glob = (one for pattern, one in self._globs if pattern.match(key))
            known = tuple(dict.fromkeys((*self._exact.get(key, ()), *by_glob)))
            _remember(self._remembered, key, known, len(key))
        return known

    def of_field(self, name: str, part: str) -> tuple[Bound, ...]:
        """Give the rules for a field of this name, as its sender writes it, in a message part."""
        known = self._fields.get((name, part))
        if known is None:
            known, key, path = (), normal(name), part.lower()
            if not self.quiet_part(path):
                known = (*self.by_key(key), *(() if self.quiet_key(key) else self.by_part(path)))
            _remember(self._fields, (name, part), known, len(name) + len(part))
        return known

    def by_part(self, part: str) -> tuple[Bound, ...]:
        """Give the rules that look at a message part of this (lower-case) path."""
        known = self._parts.get(part)
        if known is None:
            known = tuple(one for one in self._by_part if one.parts is not None and one.parts.match(part))
            _remember(self._parts, part, known, len(part))
        return known

    def may_stand_in(self, data: bytes) -> bool:
        """Say whether any rule for any text could find something: a cheap look."""
        if len(data) <= SHORT:
            known = self._standing.get(data)
            if known is None:
                if len(self._standing) >= MOST_REMEMBERED:
                    self._standing.clear()
                known = self._standing[data] = self._short_look(data)
            return known
        return any(look(data) for _, look in self._looks)

    def may_match(self, data: bytes) -> bool:
        """Say whether any rule for any text could take a value in these data: a closer look."""
        return self.may_stand_in(data) and any(
            look(data) and any(pattern.search(data) for pattern in self._possible[needs])
            for needs, look in self._looks
        )

    def may_match_number(self, digits: bytes) -> bool:
        """Say whether any rule for any text could take a number, or digits in it."""
        return self._in_digits.search(digits) is not None

    def in_text(
        self, data: bytes, gaps: Iterable[tuple[int, int]]
    ) -> Iterator[tuple[Bound, tuple[int, int]]]:
        """Yield the rules for any text, each with a stretch of the gaps in which it may find something."""
        spans = list(gaps)
        text = b"\n".join([data[low:high] for low, high in spans])
        if len(text) <= SHORT and not self.may_stand_in(text):
            return
        seen = [(self._needs[needs], self._free[needs]) for needs, look in self._looks if look(text)]
        for span in spans:
            for pattern, rules in seen:
                for window in _windows(pattern, data, span):
                    yield from ((one, window) for one in rules)

    def filler(self, identifier: str, value: str) -> str:
        """Say what a value stands for when it stands for nobody, else ""."""
        plain = bare(value)
        found = self._fillers.get(identifier, {}).get(plain) or self._fillers.get("", {}).get(plain)
        if found:
            return found
        raw = plain.encode()
        for identifiers, pattern, meaning in self._filler_patterns:
            if (not identifiers or identifier in identifiers) and pattern.fullmatch(raw):
                return meaning
        return ""

    def quiet_part(self, part: str) -> bool:
        """Say whether a message part (lower-case path) has another purpose."""
        return self._is_quiet("part", part)

    def quiet_key(self, key: str) -> bool:
        """Say whether a field of this (normal) name has another purpose."""
        return self._is_quiet("key", key)

    def _is_quiet(self, kind: str, name: str) -> bool:
        known = self._told_quiet.get((kind, name))
        if known is None:
            known = self._quiet[kind].match(name) is not None
            _remember(self._told_quiet, (kind, name), known, len(name))
        return known

    def quiet_type(self, content_type: str) -> bool:
        """Say whether bodies of this media type are not looked into."""
        return self._quiet_types.match(content_type) is not None

    def _bind(self, identifier: str, rule: Rule) -> Bound:
        return Bound(
            identifier=identifier,
            rule=rule,
            pattern=compiled(rule.pattern) if rule.pattern else None,
            rejects=tuple(map(compiled, rule.reject)),
            parts=globs(rule.parts) if rule.parts else None,
            whole=bool(rule.keys) if rule.whole is None else rule.whole,
            check=checks.find(rule.check).check if rule.check else None,
            filler=partial(self.filler, identifier),
        )


def _remember(known: dict[Any, Any], key: Any, value: Any, size: int) -> None:
    """Remember what was decided by a name, unless the name is very long; a full memory is emptied."""
    if size > LONGEST_REMEMBERED:
        return
    if len(known) >= MOST_REMEMBERED:
        known.clear()
    known[key] = value


@cache
def rulebook() -> Rulebook:
    """Give the rules of the project's own data files; raises CatalogError."""
    return Rulebook(catalog.identifiers(), catalog.fillers())


def _possible(bound: Bound) -> str:
    """Write the pattern of a rule together with what may not stand beside the value."""
    (before, behind), pattern = _sides(bound)
    return f"{before}(?:{pattern}){behind}"


def _sides(bound: Bound) -> tuple[tuple[str, str], str]:
    """Give what may not stand before and behind the value, as looks there, and the pattern alone."""
    pattern = bound.rule.pattern
    if pattern.startswith("(?i)"):
        pattern = f"(?i:{pattern[4:]})"
    return _BESIDE.get(bound.rule.edges, ("", "")) if not bound.rule.group else ("", ""), pattern


def _together(rules: list[Bound]) -> re.Pattern[bytes]:
    """Make one pattern of the patterns of rules; what may not stand beside their values is looked at once."""
    alike: dict[tuple[str, str], list[str]] = {}
    for beside, pattern in map(_sides, rules):
        alike.setdefault(beside, []).append(f"(?:{pattern})")
    written = [f"{before}(?:{'|'.join(own)}){behind}" for (before, behind), own in alike.items()]
    return re.compile("|".join(written).encode() or rb"(?!)")


def _asks_for_at(pattern: str) -> bool:
    """Say whether no match of a pattern is without an at sign: it stands outside of all sets and groups."""
    outside = re.sub(r"\([^()]*\)", "", re.sub(r"\[[^\]]*\]", "", pattern))
    return "@" in outside and not set(outside) & set("|()?*")


def bare(value: str) -> str:
    """Write a value in lower case without separators, to compare it with fillers."""
    return "".join(filter(str.isalnum, value.lower()))


def globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Make one pattern of several globs; of none, one that matches nothing."""
    return re.compile("|".join(map(fnmatch.translate, patterns)) or r"(?!)")


def _windows(needs: re.Pattern[bytes], data: bytes, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the neighbourhoods of what a rule needs, those that touch put into one."""
    low, high = span
    start = end = -1
    for found in needs.finditer(data, low, high):
        if start >= 0 and found.start() - NEAR <= end:
            end = min(high, found.end() + NEAR)
            continue
        if start >= 0:
            yield start, end
        start, end = max(low, found.start() - NEAR), min(high, found.end() + NEAR)
    if start >= 0:
        yield start, end


def hits(bound: Bound, data: bytes, span: tuple[int, int]) -> Iterator[Hit]:
    """Yield the values that a rule takes in a range of some data."""
    for low, high in _spans(bound, data, span):
        hit = _judge(bound, data, (low, high))
        if hit is not None:
            yield hit


def _spans(bound: Bound, data: bytes, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    group = bound.rule.group
    if bound.pattern is None:
        yield span
    elif bound.whole:
        found = bound.pattern.fullmatch(data, *span)
        if found is not None:
            yield found.span(group)
    else:
        for count, found in enumerate(bound.pattern.finditer(data, *span)):
            if count == MOST_MATCHES:
                return
            yield found.span(group)


def _judge(bound: Bound, data: bytes, span: tuple[int, int]) -> Hit | None:
    """Put one place to the conditions of a rule that no pattern can say."""
    rule = bound.rule
    start, end = span
    raw = data[start:end]
    if start < 0 or not raw or len(set(raw)) < rule.distinct or _borders(rule.edges, data, span):
        return None
    if any(reject.fullmatch(raw) for reject in bound.rejects):
        return None
    text = raw.decode("utf-8", "replace")
    reasons: tuple[str, ...] = (rule.reason,)
    if bound.check is None:
        value, prior = _written(rule.canonical, text), rule.prior
    else:
        result = bound.check(text)
        if result.ok and not (rule.strict and result.warnings):
            value, prior = result.canonical, rule.prior
            reasons = (*reasons, *result.warnings)
        elif result.expected_digit and rule.failing == "lower":
            value, prior = _written("digits", text), rule.prior * LOWERED
            reasons = (*reasons, "the check digit does not hold: less certain")
        elif bound.filler(text):
            value, prior = text, rule.prior
        else:
            return None
    filler = bound.filler(value)
    return Hit(start=start, end=end, value=value, prior=prior, reasons=reasons, filler=filler)


def _borders(edges: str, data: bytes, span: tuple[int, int]) -> bool:
    """Say whether a character that may not stand beside the value does."""
    forbidden = _EDGES[edges]
    start, end = span
    if (start > 0 and data[start - 1] in forbidden) or (end < len(data) and data[end] in forbidden):
        return True
    if edges == "number":
        return _FRACTION.search(data[max(0, start - 2) : start]) is not None
    if edges != "octets":
        return False
    before, behind = data[max(0, start - 4) : start], data[end : end + 4]
    return _OCTET_BEFORE.search(before) is not None or _OCTET_BEHIND.match(behind) is not None


def _written(canonical: str, text: str) -> str:
    if canonical == "lower":
        return text.lower()
    if canonical == "upper":
        return text.upper()
    if canonical == "digits":
        return "".join(letter for letter in text if letter.isdigit())
    if canonical == "hex":
        return bare(text)
    return text
