"""Secrets file: keys, salts, alphabets and plaintexts that the user hands over, as TOML.

All that is wrong with a file is told at once.  Messages name the entry and never repeat a secret.
"""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from vitne.ciphers.blocks import BLOCKS, OTHERS
from vitne.ciphers.letters import STANDARD
from vitne.ciphers.rebuilding import WORD
from vitne.ciphers.steps import complaint
from vitne.model import IDENTIFIERS, Alphabet, Key, Plaintext, Salt, Secrets, UsageError

LARGEST = 1 << 20  # bytes of a secrets file
MOST = 64  # entries of one kind: each costs on every unreadable byte string
LONGEST_KEY = 256  # bytes
LONGEST_SALT = 1024  # bytes
LONGEST_TEXT = 4096  # letters of a plaintext: what ``ciphers.steps`` takes
MOST_STEPS = 16  # from a plaintext to its key
LEAST_TOLD = 4  # letters of a secret that its name must not hold
MODES = ("ecb", "cbc", "ctr", "cfb", "ofb", "gcm")
_EXPECTED = 'entries such as  [[key]]  name = "app"  hex = "..."  or  [[salt]]  name = "app"  text = "..."'
_KINDS = {
    "key": frozenset({"name", "hex", "text", "cipher", "mode", "iv"}),
    "salt": frozenset({"name", "hex", "text"}),
    "alphabet": frozenset({"name", "letters"}),
    "plaintext": frozenset({"name", "text", "steps", "cipher", "mode"}),
}


class _Entry(msgspec.Struct, kw_only=True):
    """One table of the file, and where to say what is wrong with it."""

    label: str  # which entry, without its secret
    table: dict[str, Any]
    errors: list[str]  # of the whole file

    def wrong(self, why: str) -> None:
        self.errors.append(f"{self.label}: {why}")

    def text(self, key: str) -> str | None:
        """Give a value that is a text; None where there is none, which is told unless it is absent."""
        value = self.table.get(key)
        if value is not None and not isinstance(value, str):
            self.wrong(f"{key} is not in quotes")
            return None
        return value

    def data(self, longest: int) -> bytes | None:
        """Give the bytes that ``hex`` or ``text`` tells."""
        digits, text = self.text("hex"), self.text("text")
        if (digits is None) == (text is None):
            self.wrong('it needs one of hex = "..." and text = "..."')
            return None
        found = _unhex(digits) if digits is not None else (text or "").encode()
        if found is None:
            self.wrong("its hex is not pairs of hexadecimal digits")
        elif not 0 < len(found) <= longest:
            self.wrong(f"it has {len(found)} bytes; expected 1 to {longest}")
            return None
        return found


def read_secrets(path: str | Path) -> tuple[Secrets, list[str]]:
    """Read a secrets file; give the secrets and what the owner should know of the file.

    Raises UsageError that tells all that is wrong with it: file, entry, what was expected.
    """
    path = Path(path)
    warnings: list[str] = []
    document = _parsed(_content(path, warnings), path)
    errors: list[str] = []
    entries: dict[str, list[_Entry]] = {kind: [] for kind in _KINDS}
    errors.extend(
        f"unknown key {_shown(kind)}: only [[{']], [['.join(_KINDS)}]] tables are read"
        for kind in sorted(set(document) - set(_KINDS))
    )
    for kind, allowed in _KINDS.items():
        entries[kind] = _entries(document.get(kind, []), kind, allowed, errors=errors)
    secrets = Secrets(
        keys=tuple(each for each in map(_key, entries["key"]) if each is not None),
        salts=tuple(each for each in map(_salt, entries["salt"]) if each is not None),
        alphabets=tuple(each for each in map(_alphabet, entries["alphabet"]) if each is not None),
        plaintexts=tuple(each for each in map(_plaintext, entries["plaintext"]) if each is not None),
    )
    _keep_names_apart(secrets, errors)
    if errors:
        raise UsageError(
            "\n  - ".join([f"{len(errors)} thing(s) in the secrets file are wrong:", *errors]),
            where=path.name,
            expected=_EXPECTED,
            next_step="correct these entries and scan again",
        )
    if not secrets:
        warnings.append("the secrets file names no key, salt, alphabet or plaintext")
    return secrets, warnings


def _content(path: Path, warnings: list[str]) -> bytes:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"the secrets file cannot be read: {error.strerror}", where=path.name, expected=_EXPECTED
        ) from None
    if len(content) > LARGEST:
        raise UsageError("the secrets file is larger than 1 MiB", where=path.name, expected=_EXPECTED)
    if os.name == "posix" and stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
        warnings.append("others on this machine may read this file; next: chmod 600 " + path.name)
    return content


def _parsed(content: bytes, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        _, found, place = str(error).rpartition("(at ")
        told = f"an error at {place.removesuffix(')')}" if found else "it breaks the rules of TOML"
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else told
        raise UsageError(
            f"the secrets file is not TOML: {why}", where=path.name, expected=_EXPECTED
        ) from None


def _entries(tables: Any, kind: str, allowed: frozenset[str], *, errors: list[str]) -> list[_Entry]:
    """Give the tables of one kind with names of their own."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        errors.append(f"{kind!r} is not a list of tables: begin each entry with a line [[{kind}]]")
        return []
    if len(tables) > MOST:
        errors.append(f"{len(tables)} entries [[{kind}]]; at most {MOST} are read")
        return []
    found, named = [], set()
    for number, table in enumerate(tables, 1):
        entry = _Entry(label=f"{kind} {number}", table=dict(table), errors=errors)
        for key in sorted(set(table) - allowed):
            entry.wrong(f"unknown key {_shown(key)}; expected: {', '.join(sorted(allowed))}")
        name = table.get("name", f"{kind} {number}")
        if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > 80:
            entry.wrong("its name is not a short printable text in quotes")
            continue
        if name in named:
            entry.wrong("its name is that of an earlier entry: give each entry a name of its own")
        named.add(name)
        entry.table["name"] = name
        found.append(entry)
    return found


def _shown(word: str) -> str:
    """Repeat a word only where it looks like one of the file's own: a secret may stand there by mistake."""
    return repr(word) if word.isalpha() and word.isascii() and len(word) < 12 else "(not shown)"


def _unhex(digits: str) -> bytes | None:
    try:
        return bytes.fromhex(digits.replace(":", " "))
    except ValueError:
        return None


def _key(entry: _Entry) -> Key | None:
    data = entry.data(LONGEST_KEY)
    cipher, mode = entry.text("cipher") or "", entry.text("mode") or ""
    if cipher not in {"", *BLOCKS, *OTHERS}:
        entry.wrong(f"unknown cipher; expected one of: {', '.join([*BLOCKS, *OTHERS])}")
        return None
    if mode not in {"", *MODES}:
        entry.wrong(f"unknown mode; expected one of: {', '.join(MODES)}")
    given = entry.text("iv")
    iv = _unhex(given) if given is not None else None
    if given is not None and (iv is None or not 0 < len(iv) <= 32):
        entry.wrong("its iv is not 1 to 32 bytes in hexadecimal digits")
    if data is None:
        return None
    if cipher in BLOCKS and len(data) not in BLOCKS[cipher].keys:
        lengths = ", ".join(map(str, BLOCKS[cipher].keys[:6]))
        entry.wrong(f"it has {len(data)} bytes; {cipher} takes {lengths}")
    return Key(name=entry.table["name"], data=data, cipher=cipher, mode=mode, iv=iv)


def _salt(entry: _Entry) -> Salt | None:
    data = entry.data(LONGEST_SALT)
    return None if data is None else Salt(name=entry.table["name"], data=data)


def _alphabet(entry: _Entry) -> Alphabet | None:
    letters = entry.text("letters") or ""
    fitting = len(set(letters)) == len(letters) and letters.isascii() and letters.isprintable()
    if len(letters) not in STANDARD or not fitting or set(letters) & set(" ="):
        entry.wrong(f"its letters are not {', '.join(map(str, STANDARD))} different ASCII characters")
        return None
    return Alphabet(name=entry.table["name"], letters=letters)


def _plaintext(entry: _Entry) -> Plaintext | None:
    text, cipher, mode = entry.text("text") or "", entry.text("cipher") or "aes", entry.text("mode") or ""
    steps = entry.table.get("steps", ["md5"])
    before = len(entry.errors)
    words = set(WORD.findall(text))
    if not words or len(text) > LONGEST_TEXT:
        entry.wrong(
            f"its text is not 1 to {LONGEST_TEXT} letters with places of known values such as {{imei}}"
        )
    for word in sorted(words - set(IDENTIFIERS)):
        entry.wrong(f"{_shown(word)} in its text is no identifier: vitne list identifiers names them")
    if cipher not in BLOCKS:
        entry.wrong(f"unknown cipher; expected one of: {', '.join(BLOCKS)}")
    if mode not in {"", *MODES}:
        entry.wrong(f"unknown mode; expected one of: {', '.join(MODES)}")
    if not isinstance(steps, list) or not 0 < len(steps) <= MOST_STEPS:
        entry.wrong(f"its steps are not a list of 1 to {MOST_STEPS} words")
        return None
    for step in steps:
        why = complaint(step) if isinstance(step, str) else "a step is a text in quotes"
        if why or step.startswith("pick"):
            entry.wrong(why or "`pick` takes a field, and there is none")
    if len(entry.errors) > before:
        return None
    return Plaintext(name=entry.table["name"], text=text, steps=tuple(steps), cipher=cipher, mode=mode)


def _keep_names_apart(secrets: Secrets, errors: list[str]) -> None:
    """Refuse a name that tells a secret: names stand in every output and in cases, secrets never do."""
    told: set[str] = set()
    for data in [one.data for one in secrets.keys] + [one.data for one in secrets.salts]:
        told |= {data.hex(), _folded(data.decode("utf-8", "ignore"))}
    told |= {_folded(one.letters) for one in secrets.alphabets}
    told = {text for text in told if len(text) >= LEAST_TOLD}
    names = [one.name for one in secrets.keys] + [one.name for one in secrets.salts]
    names += [one.name for one in secrets.alphabets]
    errors.extend(
        f"entry {number}: its name holds a secret; names are shown and stored, so choose another"
        for number, name in enumerate(names, 1)
        if any(text in _folded(name) for text in told)
    )


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
