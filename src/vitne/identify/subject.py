"""Subject file: what is known of the person and the phone, as TOML with ``[[known]]`` tables.

All that is wrong with a file is told at once.  Messages name the entry and never repeat a value.
"""

from __future__ import annotations

import math
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from vitne.identify.interview import ask
from vitne.identify.values import check_value, nearest
from vitne.model import IDENTIFIERS, Seed, Subject, UsageError

__all__ = ["ask", "check_value", "read_subject", "write_subject"]

LARGEST = 1 << 20  # bytes of a subject file
RADIUS_M = 100.0  # metres around a place where the file names no radius
LEAST_TOLD = 4  # letters and digits of a value that a name must not hold
WIDEST_M = 50_000.0  # metres: beyond that a place says nothing about a person
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,23}")  # looks like a word of the file's own language
_PLACE = frozenset({"identifier", "name", "latitude", "longitude", "radius_m"})
_CELL = frozenset({"identifier", "name", "mcc", "mnc", "lac", "tac", "ci", "nci"})
_VALUE = frozenset({"identifier", "name", "value"})


class _Notes(msgspec.Struct, kw_only=True):
    """What is to be said of one entry."""

    label: str  # which entry, without its value
    errors: list[str]  # of the whole file
    warnings: list[str]  # of the whole file

    def wrong(self, why: str) -> None:
        self.errors.append(f"{self.label}: {why}")

    def odd(self, why: str) -> None:
        self.warnings.append(f"{self.label}: {why}")


def read_subject(path: str | Path) -> tuple[Subject, list[str]]:
    """Read a subject file; give the subject and what the owner should know of the file.

    Raises UsageError that tells all that is wrong with it: file, entry, what was expected.
    """
    path = Path(path)
    warnings: list[str] = []
    document = _parsed(_content(path, warnings), path)
    errors = [
        f"unknown key {_shown(key)}: only [[known]] tables are read"
        for key in sorted(set(document) - {"known"})
    ]
    entries = document.get("known", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        errors.append("'known' is not a list of tables: begin each entry with a line [[known]]")
        entries = []
    seeds = _seeds(entries, errors, warnings)
    if not entries and not errors:
        warnings.append("the file names no known value")
    if errors:
        raise UsageError(
            "\n  - ".join([f"{len(errors)} thing(s) in the subject file are wrong:", *errors]),
            where=path.name,
            next_step="correct these entries and check with: vitne subject check",
        )
    return Subject(seeds=tuple(seeds)), warnings


def _content(path: Path, warnings: list[str]) -> bytes:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"the subject file cannot be read: {error.strerror}",
            where=path.name,
            expected="a file with [[known]] tables",
            next_step="make one with: vitne subject new",
        ) from None
    if len(content) > LARGEST:
        raise UsageError(
            "the subject file is larger than 1 MiB", where=path.name, expected="a short TOML file"
        )
    if os.name == "posix" and stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
        warnings.append("others on this machine may read this file; next: chmod 600 " + path.name)
    return content


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else _where(error)
        raise UsageError(
            f"the subject file is not TOML: {why}",
            where=path.name,
            expected='entries such as  [[known]]  identifier = "imei"  value = "..."',
            next_step="write every value in quotes; a bare number may not begin with 0",
        ) from None


def _where(error: BaseException) -> str:
    """Give the place that the parser names; the rest of its message may repeat a value."""
    _, found, place = str(error).rpartition("(at ")
    return f"an error at {place.removesuffix(')')}" if found else "it breaks the rules of TOML"


def _seeds(entries: list[dict[str, Any]], errors: list[str], warnings: list[str]) -> list[Seed]:
    seeds: list[Seed] = []
    counts: dict[str, int] = {}
    named: set[str] = set()
    seen: dict[Seed, int] = {}
    for number, entry in enumerate(entries, 1):
        identifier = entry.get("identifier")
        notes = _Notes(label=f"entry {number}", errors=errors, warnings=warnings)
        if not isinstance(identifier, str):
            notes.wrong('it has no identifier, e.g. identifier = "imei"')
            continue
        if identifier not in IDENTIFIERS:
            near = nearest(identifier)
            hint = f"; did you mean {near!r}?" if near else "; vitne list identifiers names them all"
            notes.wrong(f"unknown identifier {_shown(identifier)}{hint}")
            continue
        counts[identifier] = counts.get(identifier, 0) + 1
        notes.label = f"entry {number} ({identifier})"
        name = _name(entry, f"{identifier}#{counts[identifier]}", named, notes=notes)
        seed = _seed(identifier, name, entry, notes=notes)
        if seed is None:
            continue
        alike = msgspec.structs.replace(seed, name="")
        if alike in seen:
            notes.odd(f"it says the same as entry {seen[alike]} and is left out")
            continue
        seen[alike] = number
        seeds.append(seed)
    _keep_names_apart(seeds, errors)
    return seeds


def _keep_names_apart(seeds: list[Seed], errors: list[str]) -> None:
    """Refuse a name that tells a value: names stand in every output and in cases, values never do."""
    values = {_folded(seed.value) for seed in seeds if seed.value}
    told = sorted(value for value in values if len(value) >= LEAST_TOLD)
    for seed in seeds:
        name = _folded(seed.name)
        if any(value in name for value in told):
            label = f"an entry ({seed.identifier})"
            errors.append(
                f"{label}: its name holds a known value; names are shown and stored, so choose another"
            )


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _name(entry: dict[str, Any], default: str, named: set[str], *, notes: _Notes) -> str:
    name = entry.get("name", default)
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > 80:
        notes.wrong("its name is not a short printable text in quotes")
        return default
    if name in named:
        notes.wrong("its name is that of an earlier entry: give each entry a name of its own")
    named.add(name)
    return name


def _seed(identifier: str, name: str, entry: dict[str, Any], *, notes: _Notes) -> Seed | None:
    allowed = {"location": _PLACE, "cell-id": _CELL}.get(identifier, _VALUE)
    for key in sorted(set(entry) - allowed):
        notes.wrong(f"unknown key {_shown(key)}; expected: {', '.join(sorted(allowed))}")
    if identifier == "location":
        return _place(name, entry, notes)
    if identifier == "cell-id":
        return _cell(name, entry, notes)
    value = entry.get("value")
    if not isinstance(value, str):
        kind = "has no value" if value is None else "has a value that is not in quotes"
        notes.wrong(f'it {kind}: write value = "..." (a bare number would lose its leading zeros)')
        return None
    result = check_value(identifier, value)
    if not result.ok:
        notes.wrong(f"{_masked(value)}: {result.why}")
        return None
    for warning in result.warnings:
        notes.odd(warning)
    return Seed(identifier=identifier, name=name, value=result.canonical)


def _shown(word: str) -> str:
    """Repeat a word only where it looks like one of the file's own: a value may stand there by mistake."""
    return repr(word) if _WORD.fullmatch(word) else "(not shown)"


def _masked(value: str) -> str:
    """Tell a person which value is meant without showing it."""
    shown = value[:2] if len(value) >= 8 and value.isprintable() else ""
    return f"{shown}... ({len(value)} characters)"


def _number(entry: dict[str, Any], key: str, limits: tuple[float, float], *, notes: _Notes) -> float | None:
    number = entry.get(key)
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        notes.wrong(f"{key} is missing or is not a number")
        return None
    if not limits[0] <= number <= limits[1]:
        notes.wrong(f"{key} is not between {limits[0]:g} and {limits[1]:g}")
        return None
    return float(number)


def _place(name: str, entry: dict[str, Any], notes: _Notes) -> Seed | None:
    latitude = _number(entry, "latitude", (-90, 90), notes=notes)
    longitude = _number(entry, "longitude", (-180, 180), notes=notes)
    radius: float | None = RADIUS_M
    if "radius_m" in entry:
        radius = _number(entry, "radius_m", (1, WIDEST_M), notes=notes)
    else:
        notes.odd(f"it has no radius_m: {RADIUS_M:g} metres are taken")
    if latitude is None or longitude is None or radius is None:
        return None
    return Seed(
        identifier="location",
        name=name,
        value=f"{latitude:.6f},{longitude:.6f}",
        latitude=latitude,
        longitude=longitude,
        radius_m=radius,
    )


def _cell(name: str, entry: dict[str, Any], notes: _Notes) -> Seed | None:
    mcc = _code(entry, "mcc", (3,), notes=notes)
    mnc = _code(entry, "mnc", (2, 3), notes=notes)
    area = _one_of(entry, {"lac": 0xFFFF, "tac": 0xFFFFFF}, notes)
    cell = _one_of(entry, {"ci": (1 << 28) - 1, "nci": (1 << 36) - 1}, notes)
    if mcc is None or mnc is None or area is None or cell is None:
        return None
    value = f"{mcc}-{mnc}-{area}-{cell}"
    return Seed(identifier="cell-id", name=name, value=value, mcc=mcc, mnc=mnc, area=area, cell=cell)


def _code(entry: dict[str, Any], key: str, lengths: tuple[int, ...], *, notes: _Notes) -> str | None:
    code = entry.get(key)
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) in lengths:
        return code
    wanted = " or ".join(map(str, lengths))
    notes.wrong(f'{key} is not {wanted} digits in quotes, e.g. {key} = "{"001"[: lengths[0]]}"')
    return None


def _one_of(entry: dict[str, Any], limits: dict[str, int], notes: _Notes) -> int | None:
    given = [key for key in limits if key in entry]
    if len(given) != 1:
        notes.wrong(f"it needs one of {' and '.join(limits)}, {len(given)} are given")
        return None
    number, most = entry[given[0]], limits[given[0]]
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= 12:
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= most:
        notes.wrong(f"{given[0]} is not a whole number from 0 to {most}")
        return None
    return number


def write_subject(path: str | Path, subject: Subject, *, overwrite: bool = False) -> None:
    """Write a subject file that its owner alone can read, all of it or nothing.

    Raises UsageError when the file exists (unless told to overwrite it) or cannot be written.
    """
    path = Path(path)
    content = _toml(subject).encode()
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if overwrite:
                beside.replace(path)
            else:
                os.link(beside, path)  # fails when the name is taken, even by a moment
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        raise UsageError(
            "the subject file is there already",
            where=path.name,
            next_step="choose another name, or remove it",
        ) from None
    except OSError as error:
        raise UsageError(f"the subject file cannot be written: {error.strerror}", where=path.name) from None


def _toml(subject: Subject) -> str:
    lines = ["# What is known of the person and the phone.  Keep this file to yourself.", ""]
    counts: dict[str, int] = {}
    for seed in subject.seeds:
        counts[seed.identifier] = counts.get(seed.identifier, 0) + 1
        lines += ["[[known]]", f'identifier = "{seed.identifier}"']
        if seed.name != f"{seed.identifier}#{counts[seed.identifier]}":
            lines.append(f"name = {_quoted(seed.name)}")
        if seed.identifier == "location":
            lines += [
                f"latitude = {seed.latitude!r}",
                f"longitude = {seed.longitude!r}",
                f"radius_m = {seed.radius_m!r}",
            ]
        elif seed.identifier == "cell-id":
            area = "lac" if (seed.cell or 0) >> 16 == 0 else "tac"
            cell = "ci" if (seed.cell or 0) >> 28 == 0 else "nci"
            lines += [
                f'mcc = "{seed.mcc}"',
                f'mnc = "{seed.mnc}"',
                f"{area} = {seed.area}",
                f"{cell} = {seed.cell}",
            ]
        else:
            lines.append(f"value = {_quoted(_given(seed))}")
        lines.append("")
    return "\n".join(lines)


def _given(seed: Seed) -> str:
    """Write a telephone number as people do, so that reading it back needs no guess."""
    return "+" + seed.value if seed.identifier == "msisdn" else seed.value


def _quoted(text: str) -> str:
    """TOML 1.0 basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
