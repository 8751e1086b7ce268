"""Cases: one planted value (or one decoy) in one conversation, with the truth about it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .cargo import CannotCarryError, Cargo, Words
from .carriers import CARRIERS, Way
from .layers import wrap
from .spellings import spell

if TYPE_CHECKING:
    from random import Random

    from .carriers import Load
    from .people import Person

MANNERS = ("", "", "", "", "", "", "cut", "cut", "swapped", "reversed", "twice")


@dataclass(frozen=True)
class Recipe:
    """How a case is made: the same recipe makes a positive of one person and a decoy of another."""

    chain: str  # name of the chain
    family: str  # what the chain is an example of
    identifier: str
    spelling: str  # name of the spelling, "" the usual one
    record: str  # what holds the value innermost
    layers: tuple[str, ...]  # innermost first
    carrier: str
    manner: str = ""  # how the packets are cut and ordered


@dataclass
class Case:
    """The truth about one conversation of a capture."""

    track: str  # "F", "R", "D"
    recipe: Recipe
    seed: str  # name that a finding has for the value; of decoys, of what they resemble
    decoy: str = ""  # kind of decoy, "" for a positive
    reachable: bool = True  # whether the value can be read or proved without the sender's secret
    layers: tuple[str, ...] = ()  # what was put around the value, outermost first
    size: int = 0  # bytes of the cargo
    # filled in when the capture is written
    port: int = 0  # of the client, one for each case of a capture
    client: str = ""  # address that opens the conversation
    server: str = ""
    frames: list[int] = field(default_factory=list)  # that hold the value, repeated ones left out
    body_frames: list[int] = field(default_factory=list)  # that hold any of the cargo, repeated ones too
    shortest: int = 0  # first frame of the conversation

    @property
    def depth(self) -> int:
        """How many layers were put around, besides record and carrier."""
        return len(self.recipe.layers)

    def truth(self) -> dict[str, Any]:
        """Give the case as it is written into the truth file, without the value."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Means:
    """What a case is made with."""

    chance: Random
    words: Words
    templates: dict[str, str] = field(default_factory=dict)  # records of known senders


def record(recipe: Recipe, person: Person, means: Means) -> Cargo:
    """Write the value in its spelling into the innermost record."""
    value = spell(person, recipe.identifier, recipe.spelling)
    if recipe.record.startswith("t."):
        return _templated(means.templates[recipe.record[2:]], recipe.identifier, value, means.chance)
    maker = RECORDS[recipe.record]
    before, after, layer = maker(recipe.identifier, value, means.chance, means.words)
    layers = (layer,) if layer else ()
    return Cargo(before + value + after, len(before), len(before) + len(value), layers)


def build(recipe: Recipe, person: Person, means: Means) -> tuple[Cargo, Load]:
    """Make cargo and conversation of a recipe; raises CannotCarryError."""
    chance, words = means.chance, means.words
    cargo = wrap(record(recipe, person, means), list(recipe.layers), chance, words)
    telling = not recipe.layers or recipe.family.startswith("hashes")
    name = words.key_of(recipe.identifier, chance) if telling else "data"
    host = f"{words.pick('hosts', chance)}.{words.pick('hosts', chance)}{chance.randrange(90)}.example"
    load = CARRIERS[recipe.carrier](cargo, Way(host=host, name=name, chance=chance, words=words))
    return cargo, cut(load, recipe.manner, chance)


def cut(load: Load, manner: str, chance: Random) -> Load:
    """Cut the client's turn that holds the value into packets, within the value first of all."""
    if not manner or load.transport != "tcp":
        return load
    start, turns = 0, list(load.turns)
    for at, turn in enumerate(turns):
        if turn.side:
            continue
        if start <= load.value[0] < start + len(turn.data):
            low, high = load.value[0] - start, load.value[1] - start
            cuts = {chance.randrange(low + 1, high)} if high - low > 1 else set()
            cuts |= {chance.randrange(1, len(turn.data)) for _ in range(chance.randrange(3))}
            turns[at] = dataclasses.replace(
                turn, cuts=tuple(sorted(cuts)), manner="" if manner == "cut" else manner
            )
            break
        start += len(turn.data)
    return dataclasses.replace(load, turns=tuple(turns))


def _json(identifier: str, value: bytes, chance: Random, words: Words) -> tuple[bytes, bytes, str]:
    key = words.key_of(identifier, chance).encode()
    first = f'"{words.pick("fillers_names", chance)}":"{words.pick("fillers_values", chance)}",'.encode()
    mark = b"" if value[:1] == b"{" else b'"'
    if any(letter in value for letter in b'"\\') and mark:
        raise CannotCarryError("the value wants escapes")
    return b"{" + first + b'"' + key + b'":' + mark, mark + b',"ts":1549174542}', "json"


def _form(identifier: str, _value: bytes, chance: Random, words: Words) -> tuple[bytes, bytes, str]:
    """Write a form whose value is not escaped, as home-made clients write them."""
    key = words.key_of(identifier, chance).encode()
    first = f"{words.pick('fillers_names', chance)}={words.pick('fillers_values', chance)}&".encode()
    return first + key + b"=", b"&v=3", "form"


def _xml(identifier: str, _value: bytes, chance: Random, words: Words) -> tuple[bytes, bytes, str]:
    key = words.key_of(identifier, chance).encode()
    return b"<device><" + key + b">", b"</" + key + b"><os>9</os></device>", "xml"


def _pairs(identifier: str, _value: bytes, chance: Random, words: Words) -> tuple[bytes, bytes, str]:
    key = words.key_of(identifier, chance).encode()
    return b"v:3;" + key + b":", b";os:9", ""


def _bare(_identifier: str, _value: bytes, _chance: Random, _words: Words) -> tuple[bytes, bytes, str]:
    return b"", b"", ""


def _binary(_identifier: str, _value: bytes, chance: Random, _words: Words) -> tuple[bytes, bytes, str]:
    """Put binary values between others."""
    return b"\x01\x00" + chance.randbytes(6), chance.randbytes(5) + b"\x00\x02", ""


def _protobuf(_identifier: str, value: bytes, chance: Random, _words: Words) -> tuple[bytes, bytes, str]:
    """Put a value that is a protobuf field or several already into a message of its own."""
    size = bytes([len(value)])
    return b"\x08" + bytes([chance.randrange(1, 100)]) + b"\x12" + size, b"\x20\x07", "protobuf"


RECORDS = {
    "json": _json,
    "form": _form,
    "xml": _xml,
    "pairs": _pairs,
    "bare": _bare,
    "binary": _binary,
    "pb": _protobuf,
}


def _templated(template: str, identifier: str, value: bytes, chance: Random) -> Cargo:
    """Fill in the record of a known sender: the place of the value; empty texts and noise elsewhere."""
    mark = "<" + identifier + ">"
    if mark not in template:
        raise CannotCarryError(f"no place for {identifier}")
    before, _, after = template.partition(mark)
    before, after = _emptied(before, chance), _emptied(after, chance)
    low = len(before.encode())
    return Cargo(before.encode() + value + after.encode(), low, low + len(value), ("record",))


def _emptied(text: str, chance: Random) -> str:
    out = ""
    while "<" in text:
        head, _, rest = text.partition("<")
        word, end, text = rest.partition(">")
        filled = {
            "time": str(1549174542000 + chance.randrange(10**9)),
            "number": str(chance.randrange(10**6)),
        }
        known = (
            word in filled or "-" in word or word in {"imei", "imsi", "iccid", "meid", "msisdn", "location"}
        )
        out += head + (filled.get(word, "") if known else "<" + word + end)
    return out + text
