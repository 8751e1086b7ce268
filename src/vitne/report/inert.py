"""Foreign text made inert and visible: the one function between a capture and a screen."""

from __future__ import annotations

import unicodedata

_OPEN, _CLOSE, _MORE = "⟨", "⟩", "…"
_MARKS_KEPT = 3
"""Combining marks kept on one letter: no living script needs more."""
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
_MARKS = {"Mn", "Mc", "Me"}
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f")
"""Letters and marks that draw nothing."""


def visible(text: str, limit: int) -> str:
    """Give a text that can do nothing but be read, on a terminal and in a page alike.

    Controls (and with them every escape sequence), marks that turn the direction of writing, characters
    without a look of their own, surrogates and code points without a character become ⟨U+001B⟩ and so on; so
    does ⟨ itself, so that nothing can pretend to be such a note.  Of many combining marks on one letter three
    stay and the rest are counted.  The result has at most ``limit`` characters; one that was cut ends in «…».
    Markup stays as it is: a page still has to escape it, a terminal library has to be given plain text.
    """
    if text.isascii() and text.isprintable():  # nothing but the space to the tilde: most text there is
        return text if len(text) <= limit else text[: max(limit - 1, 0)] + _MORE[:limit]
    out: list[str] = []
    length = 0
    marks = 0  # combining marks in a row; a text or an escape sets it to too many, so that none starts a line
    over = 0
    bare = True
    for character in text:
        if unicodedata.category(character) in _MARKS and not _blank(character) and not bare:
            marks += 1
            if marks > _MARKS_KEPT:
                over += 1
                continue
            piece = character
        else:
            if over:
                note = _marks_note(over)
                out.append(note)
                length += len(note)
            marks = over = 0
            piece = _shown(character)
            bare = len(piece) > 1
        out.append(piece)
        length += len(piece)
        if length > limit:
            break
    if over:
        out.append(_marks_note(over))
    whole = "".join(out)
    return whole if len(whole) <= limit else whole[: max(limit - 1, 0)] + _MORE[:limit]


def _blank(character: str) -> bool:
    """Say whether a character draws nothing, variation selectors included."""
    code = ord(character)
    return (
        character in _BLANK
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
        or 0x180B <= code <= 0x180F
    )


def _shown(character: str) -> str:
    """Give a character, or the note that stands for it."""
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if category in _HIDDEN or category in _MARKS or character == _OPEN or _blank(character):
        return f"{_OPEN}U+{ord(character):04X}{_CLOSE}"
    return character


def _marks_note(count: int) -> str:
    return f"{_OPEN}{count} more marks{_CLOSE}"
