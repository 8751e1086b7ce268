"""What can be wrong with a data file, beyond its shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.catalog.patterns import complaint
from vitne.catalog.recipes import RecipeFile
from vitne.catalog.rules import FillerFile, IdentifierFile, OddityFile, QuietFile, Rule, UserFile
from vitne.catalog.senders import Field, SenderFile
from vitne.model import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPLATE = re.compile(r"\{([a-z0-9_]+)\}")
LICENCES = frozenset({"Apache-2.0", "CC0-1.0"})


def complaints(
    content: IdentifierFile | SenderFile | FillerFile | OddityFile | QuietFile | RecipeFile | UserFile,
    name: str,
) -> Iterator[str]:
    """Say what is wrong with a data file of this name."""
    if content.id != name:
        yield f"id `{content.id}` is not the name of the file"
    if content.licence not in LICENCES:
        yield f"licence `{content.licence}` is none of {', '.join(sorted(LICENCES))}"
    if isinstance(content, IdentifierFile):
        yield from _identifier_complaints(content)
    elif isinstance(content, SenderFile):
        yield from _sender_complaints(content)
    elif isinstance(content, FillerFile):
        yield from _filler_complaints(content)
    elif isinstance(content, RecipeFile):
        yield from _recipe_complaints(content)
    elif isinstance(content, OddityFile):
        names = [oddity.name for oddity in content.oddity]
        twice = sorted({name for name in names if names.count(name) > 1})
        yield from (f"oddity `{name}` stands twice" for name in twice)


def _identifier_complaints(content: IdentifierFile) -> Iterator[str]:
    if content.id not in IDENTIFIERS:
        yield f"`{content.id}` is not in the closed list of identifiers"
    if not (content.rule and content.example and content.counter_example):
        yield "at least one rule, one example and one counter-example are needed"
    if not content.because.strip():
        yield "because is empty"
    for number, rule in enumerate(content.rule, 1):
        yield from (f"rule {number}: {what}" for what in _rule_complaints(rule))


def _rule_complaints(rule: Rule) -> Iterator[str]:
    if not 0 < rule.prior <= 1:
        yield "prior lies above 0 and not above 1"
    if not rule.reason.strip():
        yield "reason is empty"
    for key in rule.keys:
        if key != "".join(c for c in key.lower() if c.isalnum() or c == "*") or not key.strip("*"):
            yield f"key `{key}` is not lower case without separators"
    if any(part != part.lower() for part in rule.parts):
        yield "parts are written in lower case"
    if not (rule.pattern and rule.needs) and not (rule.keys or rule.parts):
        yield "a rule without keys and parts needs a pattern, and a cheap one that stands near"
    for pattern in (rule.pattern, rule.needs, *rule.reject):
        if pattern and (what := complaint(pattern)):
            yield f"pattern `{pattern}`: {what}"
    if rule.check and not rule.check.isidentifier():
        yield f"check `{rule.check}` is not the name of a module"


def _sender_complaints(content: SenderFile) -> Iterator[str]:
    if not (content.because.strip() and content.title.strip()):
        yield "title and because are needed"
    if not content.example:
        yield "at least one example is needed"
    if content.layout not in {"named", "flat"}:
        yield f"layout `{content.layout}` is neither named nor flat"
    known = {field.name for field in content.field}
    if len({(field.name, field.pattern) for field in content.field}) != len(content.field):
        yield "a field stands twice with the same pattern"
    for field in content.field:
        yield from _field_complaints(field)
    for name in content.match.some_of:
        if name not in known:
            yield f"match names the field {name}, which is not described"


def _field_complaints(field: Field) -> Iterator[str]:
    if field.identifier not in IDENTIFIERS:
        yield f"field {field.name}: `{field.identifier}` is not in the closed list of identifiers"
    if not (field.because.strip() and field.meaning.strip()):
        yield f"field {field.name}: meaning and because are needed"
    if field.pattern and (what := complaint(field.pattern)):
        yield f"field {field.name}: {what}"


def _filler_complaints(content: FillerFile) -> Iterator[str]:
    for number, filler in enumerate(content.filler, 1):
        if not (filler.values or filler.pattern):
            yield f"filler {number}: values or a pattern are needed"
        if not (filler.because.strip() and filler.meaning.strip()):
            yield f"filler {number}: meaning and because are needed"
        yield from (
            f"filler {number}: `{word}` is not in the closed list of identifiers"
            for word in filler.identifiers
            if word not in IDENTIFIERS
        )
        if filler.pattern and (what := complaint(filler.pattern)):
            yield f"filler {number}: {what}"


def _recipe_complaints(content: RecipeFile) -> Iterator[str]:
    if not (content.because.strip() and content.title.strip() and content.text):
        yield "title, because and text are needed"
    if not content.example:
        yield "at least one example is needed"
    words = set(_TEMPLATE.findall(content.text + content.iv_text))
    words |= {step.removeprefix("pick ") for step in content.steps if step.startswith("pick ")}
    if words != set(content.names):
        yield "names has to hold the words of the templates and of the steps, and no other"
    if any(name != name.lower() for names in content.names.values() for name in names):
        yield "names of fields are written in lower case"
