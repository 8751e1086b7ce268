"""The public suffix list: under which names others can register.

The list is that of the package ``publicsuffixlist``; it is read here, because the package encodes each of its
ten thousand rules before it answers the first question.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BUT_DOTS = bytes(byte for byte in range(256) if byte not in b".\n")


class Suffixes:
    """Rules of the list (https://publicsuffix.org/list/), and what they say of a name."""

    def __init__(self, rules: Iterable[str]) -> None:
        self._rules = frozenset(rules)
        dots = "\n".join(self._rules).encode().translate(None, _BUT_DOTS)
        self._most = (
            max(map(len, dots.split(b"\n"))) + 2
        )  # labels of the longest rule, and one for a wildcard

    def registrable(self, host: str) -> str:
        """Give the registrable domain of a name in lower case; "" for a public suffix and for no name."""
        labels = host.split(".")
        if "" in labels:
            return ""
        depth = self._public(labels) + 1
        return ".".join(labels[-depth:]) if depth <= len(labels) else ""

    def _public(self, labels: list[str]) -> int:
        """Count the labels of the public suffix; a name that no rule matches has one of one label.

        An exception goes before a wildcard, a wildcard before a rule without; the longest match counts, and a
        wildcard makes the name that it stands below public too.
        """
        rules, count = self._rules, len(labels)
        for start in range(max(0, count - self._most), count):
            depth = count - start
            name = ".".join(labels[start:])
            if f"!{name}" in rules:
                return depth - 1
            if f"*.{name}" in rules:
                return depth + 1 if start else depth
            if name in rules:
                return depth
        return 1


@cache
def suffixes(*, encoded: bool) -> Suffixes:
    """Read the list; ``encoded`` adds the rules as they stand in encoded names ("xn--", RFC 3490)."""
    source = resources.files("publicsuffixlist") / "public_suffix_list.dat"
    lines = source.read_text(encoding="utf-8").split("\n")
    found = [line for line in lines if line and line[:2] != "//"]
    if " " in "\n".join(found):
        found = [line.split(" ", 1)[0] for line in found]
    rules = [*filter(None, map(str.lower, map(str.rstrip, found)))]
    if encoded:
        rules += [_encoded(rule) for rule in rules if not rule.isascii()]
    return Suffixes(rules)


def _encoded(rule: str) -> str:
    """Give a rule with its labels encoded, the marks of exceptions and wildcards as they are."""
    mark, name = ("!", rule[1:]) if rule.startswith("!") else ("", rule)
    labels = (label if label.isascii() else label.encode("idna").decode() for label in name.split("."))
    return mark + ".".join(labels)
