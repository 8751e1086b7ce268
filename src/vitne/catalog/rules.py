"""What an identifier's data file says: rules, examples and counter-examples."""

from __future__ import annotations

from typing import Literal

import msgspec

Edges = Literal["none", "digits", "hex", "alnum", "octets", "number"]
Canonical = Literal["text", "lower", "upper", "digits", "hex"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of knowing a value.  All conditions that are given have to hold.

    A rule with ``keys`` looks at fields of that name; one with ``parts`` alone at these parts of a message;
    one with neither looks anywhere in readable text.
    """

    prior: float  # rank among rules that claim one place, 0 to 1: the higher wins
    reason: str  # for a person: why it is taken for the identifier; never the value
    keys: tuple[str, ...] = ()  # names of fields, lower case without separators; "*" for anything
    parts: tuple[str, ...] = ()  # message parts, lower case: "header:cookie"; "*" for anything
    protocols: tuple[str, ...] = ()  # names of decoders
    beside: tuple[str, ...] = ()  # names of fields of which one has to stand in the same record
    needs: str = ""  # for text without name and part: a cheap pattern that has to be near the value
    pattern: str = ""  # of the closed pattern language; "" takes the whole value
    group: int = 0  # which group of the pattern holds the value
    whole: bool | None = None  # the pattern has to cover the whole value; by default with keys only
    layer: Literal["any", "outer", "inner"] = "any"  # part's own bytes, bytes unwrapped from it, or both
    check: str = ""  # file in identify/checks that has to accept the value
    failing: Literal["drop", "lower"] = (
        "drop"  # "lower": a value with a wrong check digit is kept, ranked lower
    )
    strict: bool = False  # the check may have no doubts either
    edges: Edges = "none"  # characters that may not stand right before or behind the value
    reject: tuple[str, ...] = ()  # patterns: a value that one of them covers wholly is not taken
    distinct: int = 0  # least number of different characters in the value
    canonical: Canonical = "text"  # how the value is written in a result


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Text in which exactly this value has to be found."""

    text: str  # what stands in the part or field
    value: str  # canonical value that has to be found
    field: str = ""  # name of the field, "" for text without one
    part: str = "body"  # part of the message it stands in
    protocol: str = "http"  # decoder of the message
    inner: bool = False  # the text was unwrapped from the part


class CounterExample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Text in which nothing of this identifier may be found."""

    text: str
    field: str = ""
    part: str = "body"
    protocol: str = "http"
    inner: bool = False


class IdentifierFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is known about spotting one identifier without knowing its value."""

    id: str  # word of the closed list; the name of the file
    licence: str  # SPDX name of the file's own licence
    because: str  # note that gives the basis, as a path in the project
    rule: tuple[Rule, ...]
    example: tuple[Example, ...]
    counter_example: tuple[CounterExample, ...]


class Filler(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that stands where an identifier was meant and names nobody."""

    identifiers: tuple[str, ...]  # identifiers it stands for; empty for all
    meaning: str  # for a person
    because: str  # note or document
    values: tuple[str, ...] = ()  # compared in lower case without separators
    needs: str = ""  # for text without name and part: a cheap pattern that has to be near the value
    pattern: str = ""  # compared the same way, over the whole value


class FillerFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fillers."""

    id: str
    licence: str
    filler: tuple[Filler, ...]


class User(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user of Android whose number means the same on every phone."""

    uid: int  # number
    name: str  # what runs as it, for a person


class UserFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The users of Android that are no apps."""

    id: str
    licence: str
    because: str  # note that gives the basis, as a path in the project
    user: tuple[User, ...]


class OddityName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one name of an oddity means."""

    name: str  # kebab-case
    title: str  # one line for a person


class OddityFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The names of oddities."""

    id: str
    licence: str
    because: str
    oddity: tuple[OddityName, ...]


class QuietFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where no identifier is looked for without knowing its value: places of other purposes."""

    id: str
    licence: str
    because: str
    parts: tuple[str, ...]  # message parts, lower case; "*" for anything
    keys: tuple[str, ...]  # names of fields, lower case without separators; "*" for anything
    content_types: tuple[str, ...]  # bodies of these media types; "*" for anything
