"""Track D: what looks like a leak of the subject and is none.

Three for each positive: the same chain with a neighbour's value, with another phone's, in an answer,
inside the local network, from another device; and numbers, times, digests and
places that belong to nobody or elsewhere.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .capture import OTHER, PHONE, PRINTER, Staged
from .cargo import Cargo
from .carriers import CARRIERS, Load, Way
from .cases import Case, Means, Recipe, build
from .people import Person, digits, hexadecimal, luhn, random_uuid
from .wire import CLIENT, SERVER, Turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
BY_RECIPE = ("neighbour", "other-phone", "received", "local", "other-device")
RIGHT_WHEN_SEEN = {
    "received": "it is said to be received",
    "local": "its scope is the local network",
    "other-device": "its source is the other device",
}  # kinds that hold the subject's own value, and when naming it is right


@dataclass(frozen=True)
class Scene(Means):
    """What decoys are drawn from."""

    person: Person = field(kw_only=True)
    others: list[Person] = field(kw_only=True)


def three(recipe: Recipe, scene: Scene) -> list[Staged]:
    """Give three decoys for a positive: two of its own chain, one of another kind."""
    kinds = scene.chance.sample(BY_RECIPE, 2)
    found = [_of_recipe(kind, recipe, scene) for kind in kinds]
    found.append(_of_kind(scene.chance.choice(sorted(KINDS)), scene))
    return found


def _case(kind: str, recipe: Recipe, person: Person, cargo: Cargo) -> Case:
    return Case(
        "D", recipe, person.seed(recipe.identifier), kind, layers=cargo.layers[::-1], size=len(cargo.data)
    )


def _of_recipe(kind: str, recipe: Recipe, scene: Scene) -> Staged:
    person = scene.person
    if kind == "neighbour":
        person = neighbour(scene.person, scene.others, recipe.identifier, scene.chance)
    elif kind == "other-phone":
        person = scene.chance.choice(scene.others)
    cargo, load = build(recipe, person, scene)
    case = _case(kind, recipe, scene.person, cargo)
    if kind == "received":
        return Staged(case, answered(cargo, scene), side=SERVER)
    if kind == "local":
        return Staged(case, load, server=PRINTER)
    return Staged(case, load, client=OTHER if kind == "other-device" else PHONE)


def answered(cargo: Cargo, scene: Scene) -> Load:
    """Give a conversation in which the server sends the cargo."""
    ask = f"GET /{scene.words.pick('paths', scene.chance)} HTTP/1.1\r\nHost: cdn.ask.example\r\n\r\n".encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n" % len(
        cargo.data
    )
    turns = (Turn(CLIENT, ask), Turn(SERVER, head + cargo.data))
    place = (len(head) + cargo.low, len(head) + cargo.high)
    return Load("tcp", 80, turns, place, (len(head), len(head) + len(cargo.data)), cargo.layers)


def neighbour(person: Person, others: list[Person], identifier: str, chance: Random) -> Person:
    """Give the person with one value changed a little, its check digit right."""
    values = dict(person.values)
    if identifier == "location":
        return dataclasses.replace(person, place=moved(person.place, chance.uniform(500, 2000), chance))
    if identifier == "cell-id":
        mcc, mnc, area, cell = person.cell
        return dataclasses.replace(person, cell=(mcc, mnc, area, cell + 256 * chance.randrange(2, 9)))
    value = values[identifier]
    if identifier in {"imei", "iccid"}:
        at = chance.randrange(8, len(value) - 1)
        body = value[:at] + str((int(value[at]) + chance.randrange(1, 10)) % 10) + value[at + 1 : -1]
        values[identifier] = body + luhn(body)
    elif identifier in {"person-name", "ssid", "device-name", "account-name", "email-address"}:
        values[identifier] = chance.choice(others).values[identifier]
    else:
        values[identifier] = _one_changed(value, chance)
    return dataclasses.replace(person, values=values)


def _one_changed(value: str, chance: Random) -> str:
    """Change one of the last digits or letters into another of its kind."""
    at = next(place for place in range(len(value) - 1, -1, -1) if value[place].isalnum())
    old = value[at]
    pool = "0123456789" if old.isdigit() else "abcdef" if old.islower() else "ABCDEF"
    return value[:at] + chance.choice([letter for letter in pool if letter != old]) + value[at + 1 :]


def moved(place: tuple[float, float], metres: float, chance: Random) -> tuple[float, float]:
    """Give a place so many metres away, in some direction."""
    angle = chance.uniform(0, 2 * math.pi)
    north = place[0] + metres * math.cos(angle) / 111_320
    east = place[1] + metres * math.sin(angle) / (111_320 * math.cos(math.radians(place[0])))
    return round(north, 6), round(east, 6)


def _of_kind(kind: str, scene: Scene) -> Staged:
    """Send an invented record in a form or a body, with one layer around it at times."""
    identifier, data = KINDS[kind](scene)
    layers = scene.chance.choice(((), (), ("base64",), ("gzip",), ("hex",), ("gzip", "base64")))
    carrier = scene.chance.choice(("body", "body", "form", "tcp", "mqtt"))
    recipe = Recipe(kind, "decoys", identifier, "", "bare", layers, carrier)
    from .layers import wrap

    cargo = wrap(Cargo(data, 0, len(data)), list(layers), scene.chance, scene.words)
    way = Way("api.decoy.example", "data", scene.chance, scene.words)
    return Staged(_case(kind, recipe, scene.person, cargo), CARRIERS[carrier](cargo, way))


def _json(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def _order_number(scene: Scene) -> tuple[str, bytes]:
    body = scene.chance.choice(("35", "86", "99", "49")) + digits(scene.chance, 12)
    return "imei", _json(order=body + luhn(body), amount=199, currency="NOK")


def _epoch(scene: Scene) -> tuple[str, bytes]:
    now = 1549174542_000000 + scene.chance.randrange(10**12)
    return "imei", _json(ts=now // 1000, us=now, ns=now * 1000, t=now // 10**6)


def _session(scene: Scene) -> tuple[str, bytes]:
    return "advertising-id", _json(
        session=random_uuid(scene.chance),
        trace=hexadecimal(scene.chance, 32),
        span=hexadecimal(scene.chance, 16),
    )


def _digest_of_other(scene: Scene) -> tuple[str, bytes]:
    text = scene.chance.randbytes(12)
    return "imei", _json(
        sign=hashlib.md5(text, usedforsecurity=False).hexdigest(), etag=hashlib.sha256(text).hexdigest()
    )


def _server_assigned(scene: Scene) -> tuple[str, bytes]:
    return "install-id", _json(cookie=hexadecimal(scene.chance, 32), visitor=digits(scene.chance, 19))


def _near_place(scene: Scene) -> tuple[str, bytes]:
    north, east = moved(scene.person.place, scene.chance.uniform(500, 2000), scene.chance)
    return "location", _json(lat=north, lon=east, zoom=14)


def _city(scene: Scene) -> tuple[str, bytes]:
    """Name the place to two decimals only, and a box of the map around it."""
    north, east = scene.person.place
    box = [round(east - 0.05, 2), round(north - 0.03, 2), round(east + 0.05, 2), round(north + 0.03, 2)]
    return "location", _json(city=[round(north, 1), round(east, 1)], bbox=box)


def _map_tile(scene: Scene) -> tuple[str, bytes]:
    north, east = scene.person.place
    size = 1 << 13
    x = int((east + 180) / 360 * size)
    y = int((1 - math.asinh(math.tan(math.radians(north))) / math.pi) / 2 * size)
    return "location", f"GET /tiles/13/{x}/{y}.png".encode()


def _placeholder(scene: Scene) -> tuple[str, bytes]:
    empty = (
        ("mac-address", {"mac": "02:00:00:00:00:00"}),
        ("advertising-id", {"gaid": "00000000-0000-0000-0000-000000000000"}),
        ("android-id", {"android_id": "9774d56d682e549c"}),
        ("imei", {"imei": "000000000000000"}),
        ("imei", {"imei": "004999010640000"}),
        ("iccid", {"iccid": "00000000000000000000"}),
        ("meid", {"meid": "11111111111111"}),
        ("serial-number", {"serial": "unknown"}),
    )
    identifier, fields = scene.chance.choice(empty)
    return identifier, _json(**fields)


def _short_name(scene: Scene) -> tuple[str, bytes]:
    """Put parts of the person's name into other words."""
    given, *_, family = scene.person.values["person-name"].split()
    return "person-name", _json(
        product=f"{given}ine XL", place=f"Nord{family.lower()}", sku=f"{given[:3].upper()}-77"
    )


def _media(scene: Scene) -> tuple[str, bytes]:
    return "imei", b"\xff\xd8\xff\xe0" + scene.chance.randbytes(scene.chance.choice((3000, 30000, 90000)))


KINDS: dict[str, Callable[[Scene], tuple[str, bytes]]] = {
    "order-number": _order_number, "epoch": _epoch, "session": _session, "digest-of-other": _digest_of_other,
    "server-assigned": _server_assigned, "near-place": _near_place, "city": _city, "map-tile": _map_tile,
    "placeholder": _placeholder, "short-name": _short_name, "media": _media,
}  # fmt: skip
