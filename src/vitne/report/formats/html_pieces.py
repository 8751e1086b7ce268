"""The small pieces that a case's page is put together from; all foreign text goes through ``inert``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from vitne.report import visible, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vitne.model import Finding

_LONGEST = 400  # characters of any one foreign text
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
_MEANINGS: dict[str, Mapping[str, str]] = {
    "delivery": words.DELIVERY_MEANS,
    "form": words.PROTECTION_SHORT,
    "protection": words.PROTECTION_MEANS,
    "scope": words.SCOPE_MEANS,
    "host": words.HOST_SOURCE_MEANS,
    "reason": words.REASON_MEANS,
}


@functools.lru_cache(maxsize=1 << 14)
def inert(text: object) -> str:
    """Give anything as text that can do nothing on a page but be read; the same texts come often."""
    said = str(text)
    return visible(said, 4 * _LONGEST if " " in said else _LONGEST).translate(_ESCAPES)


def meaning(word: str, of: str) -> str:
    """Give what a closed word means, the word itself where it is not known, inert."""
    return inert(_MEANINGS[of].get(word, word))


def upfirst(text: str) -> str:
    """Give a text with a capital first letter, inert."""
    return inert(words.upfirst(text))


def joined(texts: Sequence[str]) -> str:
    """Give words as a list in a sentence, inert."""
    return inert(words.joined(texts))


def scrolled(label: str, *inside: str) -> str:
    """Give a stretch that may be wider than the page, with what it is for who does not see it."""
    lines = "\n".join(inside)
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">\n{lines}\n</div>\n'


def layer_range(layer: Mapping[str, Any]) -> str:
    """Give where a layer stands in the one before it."""
    start, end = layer.get("range") or (0, 0)
    return f"{start}–{end}"


def parameters(layer: Mapping[str, Any]) -> str:
    """Give with what a layer was written, inert."""
    given = layer.get("params")
    return inert(", ".join(f"{key} {value!r}" for key, value in sorted(dict(given).items()))) if given else ""


def ranges(found: Finding) -> str:
    """Give all ranges of a finding on one line, outermost first, the value's own at the end, inert."""
    steps = [f"{layer.get('codec', '')} {layer_range(layer)}" for layer in found.layers]
    return inert(" › ".join([*steps, f"value {found.value_range[0]}–{found.value_range[1]}"]))


def listed(rows: Iterable[str]) -> str:
    """Give rows, which are markup already, as a list."""
    return "<ul>\n" + "".join(f"<li>{row}</li>\n" for row in rows) + "</ul>\n"


def paired(pairs: Iterable[tuple[str, str]]) -> str:
    """Give names and values, which are markup already, one pair a line."""
    return "".join(f"<dt>{name}</dt><dd>{value}</dd>\n" for name, value in pairs)
