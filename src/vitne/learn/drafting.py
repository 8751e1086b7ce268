"""A known sender's data file drafted from a lesson: what a person then checks, completes and keeps.

No value of a captured phone goes into a draft.  Its example body holds values invented here, from ranges that
nobody owns, of the shape that the field has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.catalog.patterns import complaint
from vitne.identify.fields import last_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.learn.shape import Learned, LearnedField, Lesson

_INVENTED = {
    "imei": "004402990000014",
    "imeisv": "0044029900000101",
    "imsi": "001010000000001",
    "iccid": "8999900000000000006",
    "meid": "A0000000000001",
    "mac-address": "00:00:5E:00:53:01",
    "bssid": "00:00:5E:00:53:FE",
    "msisdn": "+4790000000",
    "email-address": "kari.nordmann@post.example",
    "advertising-id": "6a1c1487-a0af-4223-b142-a0f4621d0311",
}
_NO_WORD = re.compile(r"[^a-z0-9]+")
_MOST_REQUIRED = 3


def slug(host: str) -> str:
    """Give the id of a draft for a host."""
    return _NO_WORD.sub("-", host.lower()).strip("-") or "unknown-sender"


def draft(learned: Learned, lesson: Lesson, *, name: str) -> str:
    """Give the data file (TOML) of one lesson; ``name`` is its id and has to be the name of the file."""
    return "\n".join(_lines(learned, lesson, name)) + "\n"


def usable(lesson: Lesson) -> list[LearnedField]:
    """Give the fields that a data file can name: those of a record, each name once, and never empty."""
    taken: dict[str, LearnedField] = {}
    for field in lesson.fields:
        if field.declared and field.filled and field.identifier:
            taken.setdefault(last_step(field.name), field)
    return list(taken.values())


def toml_text(words: str) -> str:
    """Write a text as a TOML basic string of ASCII; half of a pair of surrogates is no character there."""
    out = []
    for character in words:
        code = ord(character)
        if character in {'"', "\\"}:
            out.append("\\" + character)
        elif 0x20 <= code < 0x7F:
            out.append(character)
        elif 0xD800 <= code < 0xE000:
            out.append("\\uFFFD")
        else:
            out.append(f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}")
    return '"' + "".join(out) + '"'


def _list(words: list[str] | tuple[str, ...]) -> str:
    return "[" + ", ".join(toml_text(word) for word in words) + "]"


def _lines(learned: Learned, lesson: Lesson, name: str) -> Iterator[str]:
    fields = usable(lesson)
    basis = (
        f"draft of vitne learn: {lesson.messages} messages of {learned.devices} devices to {learned.host}, "
        f"captures {', '.join(learned.captures)}"
    )
    yield "# A draft made by `vitne learn`: check each meaning, give its source, and keep what holds."
    yield f"id = {toml_text(name)}"
    yield f"title = {toml_text(f'Unknown sender to {learned.host}')}"
    yield 'licence = "CC0-1.0"'
    yield f"because = {toml_text(basis)}"
    yield f"decoding = {_list(lesson.decoding)}"
    yield 'layout = "named"'
    yield from ("", "[match]")
    yield f"protocols = {_list((lesson.protocol,))}"
    yield f"hosts = {_list(learned.hosts or (learned.host,))}"
    if lesson.content_types:
        yield f"content_types = {_list(lesson.content_types)}"
    always = [last_step(each.name) for each in fields if each.messages == lesson.messages]
    yield f"required = {_list(always[:_MOST_REQUIRED])}"
    yield f"some_of = {_list([last_step(each.name) for each in fields])}"
    yield f"least = {(len(fields) + 1) // 2}"
    for field in fields:
        yield from _field(field)
    yield from _example(learned, lesson, fields)


def _field(field: LearnedField) -> Iterator[str]:
    yield from ("", "[[field]]")
    yield f"name = {toml_text(last_step(field.name))}"
    yield f"identifier = {toml_text(field.identifier)}"
    sure = "" if field.sure else ", not sure"
    yield f"meaning = {toml_text(f'{field.role}{sure} ({field.shape}); identifier by {field.identified_by}')}"
    yield f"because = {toml_text(field.because)}"
    if field.pattern and not complaint(field.pattern):
        yield f"pattern = {toml_text(field.pattern)}"


def _example(learned: Learned, lesson: Lesson, fields: list[LearnedField]) -> Iterator[str]:
    yield from ("", "[[example]]")
    yield f"host = {toml_text((learned.hosts or (learned.host,))[0])}"
    yield f"protocol = {toml_text(lesson.protocol)}"
    if lesson.content_types:
        yield f"content_type = {toml_text(lesson.content_types[0])}"
    yield "[example.fields]"
    for field in fields:
        yield f"{toml_text(last_step(field.name))} = {toml_text(invented(field))}"
    yield "[example.expect]"
    for field in fields:
        yield f"{toml_text(last_step(field.name))} = {toml_text(field.identifier)}"


def invented(field: LearnedField) -> str:
    """Invent a value of the field's shape that is nobody's."""
    known = _INVENTED.get(field.identifier, "")
    if known and (not field.pattern or re.fullmatch(field.pattern, known)):
        return known
    if field.pattern.startswith("(?i)(?:[0-9a-f]{2}:)"):
        return _INVENTED["mac-address"]
    if field.pattern.startswith("(?i)[0-9a-f]{8}-"):
        return _INVENTED["advertising-id"]
    length = int(re.findall(r"\d+", field.pattern.rpartition("{")[2])[0]) if "{" in field.pattern else 0
    return "1234567890" * (length // 10) + "1234567890"[: length % 10] if length else "EXAMPLE-1"
