"""Checking a bag from outside: digests, signature, ledger, timestamps.  Needs no network.

Everything that does not hold is named with its file, and with the stretch of bytes in it that was changed.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from vitne.evidence import bags, ledger, sealing, signing, timestamps
from vitne.model import Malformed

if TYPE_CHECKING:
    from pathlib import Path

State = Literal["confirmed", "failed", "not-checked"]
_MOST_BYTES = 512 << 20
_NO_FILE = "this is no plain file; a bag holds none"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    what: str  # "file", "signature", "ledger", "timestamp", "finding", ...
    where: str  # file or id
    state: State
    why: str  # for a person; never holds a value of a person
    start: int | None = None  # half-open range of bytes that was changed, where it could be told
    end: int | None = None


def check_bag(bag: Path, *, roots: bytes | None = None, key: str = "") -> tuple[dict[str, Any], list[Check]]:
    """Check the outer parts of a bag; give what its manifest says, and every check.

    ``roots`` are trusted certificates for timestamps (PEM); ``key`` is the id of the key that
    should have signed.
    """
    checks: list[Check] = []
    try:
        plain, other = bags.files_of(bag)
    except Malformed as error:
        return {}, [_failed("bag", str(bag.name), error.why)]
    checks += [_failed("file", name, _NO_FILE) for name in other]
    said = _manifest(bag, key, checks)
    files = said.get("files") if isinstance(said.get("files"), dict) else {}
    checks += _files(bag, files or {}, plain)
    checks += _tag_manifests(bag, plain, set(files or {}))
    checks.append(_ledger(bag))
    checks += _stamps(bag, plain, roots)
    return said, checks


def unsafe(checks: list[Check]) -> bool:
    """Say whether a bag holds links, pipes or devices: what is behind them is not read."""
    return any(check.why == _NO_FILE for check in checks)


def _failed(what: str, where: str, why: str) -> Check:
    return Check(what=what, where=where, state="failed", why=why)


def _good(what: str, where: str, why: str) -> Check:
    return Check(what=what, where=where, state="confirmed", why=why)


def _read(bag: Path, name: str) -> bytes:
    """Read a tag file; raises Malformed where it is not there."""
    path = bag / name
    if path.is_symlink() or not path.is_file():
        raise Malformed("it is missing")
    if path.stat().st_size > _MOST_BYTES:
        raise Malformed("it is too large to be one")
    try:
        return path.read_bytes()
    except OSError as error:
        raise Malformed(f"it cannot be read: {error.strerror}") from error


def _manifest(bag: Path, key: str, checks: list[Check]) -> dict[str, Any]:
    """Check the signature and give what was signed, else what stands there."""
    data = signed = b""
    try:
        data = _read(bag, sealing.MANIFEST)
    except Malformed as error:
        checks.append(_failed("manifest", sealing.MANIFEST, error.why))
    try:
        public = signing.read_public(_read(bag, sealing.KEY))
        signed = signing.opened(_read(bag, sealing.ENVELOPE), public)
        checks.append(_signer(signing.key_id(public), key))
    except Malformed as error:
        checks.append(_failed("signature", sealing.ENVELOPE, error.why))
    if signed and data:
        checks.append(_same(sealing.MANIFEST, data, signed, "the signed manifest"))
    content = signed or data
    try:
        said = msgspec.json.decode(content, type=dict[str, Any]) if content else {}
    except (ValueError, RecursionError):
        checks.append(_failed("manifest", sealing.MANIFEST, "it is no JSON"))
        return {}
    if content:
        checks += _beside(bag, content)
    return said


def _beside(bag: Path, content: bytes) -> list[Check]:
    """Check the copies that let openssl check the signature without vitne, and locate what differs in them.

    An Ed25519 signature is the same each time (RFC 8032), and the envelope is canonical: from one whole part
    the others are told, byte for byte.
    """
    try:
        signed = _read(bag, sealing.SIGNED)
        checks = [_same(sealing.SIGNED, signed, signing.authenticated(content), "the signed manifest")]
        public = signing.read_public(_read(bag, sealing.KEY))
        signature = _read(bag, sealing.SIGNATURE)
        envelope = _read(bag, sealing.ENVELOPE)
    except Malformed as error:
        return [_failed("signature", sealing.SIGNATURE, error.why)]
    wrong: list[Check] = []
    try:
        again = signing.packed(content, signature, public)
        signing.opened(again, public)
        if envelope != again:
            wrong = [_same(sealing.ENVELOPE, envelope, again, "the manifest and its signature")]
    except Malformed as error:
        wrong = [_failed("signature", sealing.SIGNATURE, error.why)]
        own = signing.signature_in(envelope)
        if own is not None and _holds(content, own, public):
            wrong = [_same(sealing.SIGNATURE, signature, own, "the signature in the envelope")]
    return checks + wrong


def _holds(content: bytes, signature: bytes, public: Any) -> bool:
    try:
        signing.opened(signing.packed(content, signature, public), public)
    except Malformed:
        return False
    return True


def _signer(found: str, wanted: str) -> Check:
    if wanted and found != wanted.lower():
        return _failed("signature", sealing.KEY, f"signed by another key: {found}")
    why = f"signed by the key {found}" + ("" if wanted else "; compare it with the one you were told")
    return _good("signature", sealing.ENVELOPE, why)


def _same(name: str, data: bytes, wanted: bytes, of: str) -> Check:
    if data == wanted:
        return _good("file", name, f"equals {of}")
    at = next((i for i, (one, two) in enumerate(zip(data, wanted, strict=False)) if one != two), None)
    at = min(len(data), len(wanted)) if at is None else at
    why = f"differs from {of} from byte {at} on"
    return Check(what="file", where=name, state="failed", why=why, start=at, end=len(data))


def _files(bag: Path, files: dict[str, Any], plain: list[str]) -> list[Check]:
    checks: list[Check] = []
    there = set(plain)
    for name in sorted(files):
        if not bags.inside(name):
            checks.append(_failed("file", name, "the name leads out of the bag"))
        elif name not in there:
            checks.append(_failed("file", name, "it is missing"))
        else:
            checks.append(_file(bag, name, files[name]))
    tags = {f"tagmanifest-{algorithm}.txt" for algorithm in bags.ALGORITHMS}
    tags |= {sealing.MANIFEST, sealing.ENVELOPE, sealing.SIGNED, sealing.SIGNATURE}
    foreign = [n for n in sorted(there - set(files) - tags) if not n.startswith(f"{sealing.STAMPS}/")]
    return checks + [_failed("file", name, "it was not there when the bag was sealed") for name in foreign]


def _file(bag: Path, name: str, said: Any) -> Check:
    try:
        known = msgspec.convert(said, bags.Digests)
    except msgspec.ValidationError:
        return _failed("file", name, "the manifest says nothing that fits a file")
    try:
        found = bags.digests(bag / name)
    except OSError as error:
        return _failed("file", name, f"it cannot be read: {error.strerror}")
    if (found.sha256, found.sha512, found.size) == (known.sha256, known.sha512, known.size):
        return _good("file", name, f"sha256 {found.sha256}")
    if found.block != known.block or found.size != known.size:
        short = f"it has {found.size} bytes and had {known.size}"
        at = _first_block(found, known) * known.block if found.block == known.block else None
        return Check(what="file", where=name, state="failed", why=short, start=at, end=found.size)
    at = _first_block(found, known) * known.block
    end = min(at + known.block, found.size)
    why = f"changed between byte {at} and byte {end}"
    return Check(what="file", where=name, state="failed", why=why, start=at, end=end)


def _first_block(found: bags.Digests, known: bags.Digests) -> int:
    pairs = zip(found.blocks, known.blocks, strict=False)
    return next((n for n, (one, two) in enumerate(pairs) if one != two), len(known.blocks) - 1)


def _tag_manifests(bag: Path, plain: list[str], signed: set[str]) -> list[Check]:
    """Check that the manifests of BagIt say of every tag file what it is."""
    tags = [n for n in plain if not n.startswith(("data/", "tagmanifest-"))]
    found: dict[str, bags.Digests] = {}
    checks: list[Check] = []
    for name in tags:
        try:
            found[name] = bags.digests(bag / name)
        except OSError as error:
            checks.append(_failed("file", name, f"it cannot be read: {error.strerror}"))
    closed = set(tags) - set(found)
    wrong: dict[str, int] = {}
    for algorithm in bags.ALGORITHMS:
        told, differ = _tag_manifest(bag, algorithm, found)
        checks += told
        for name in differ:
            wrong[name] = wrong.get(name, 0) + 1
    whole = {name for name, count in wrong.items() if count == len(bags.ALGORITHMS)}
    checks = [c for c in checks if not any(c.why.endswith(f" of {name}") for name in whole)]
    checks += [
        _failed("file", name, "changed: neither tag manifest has its digest")
        for name in sorted(whole - signed - closed)
    ]
    return checks or [_good("file", "tagmanifest-sha256.txt", "both tag manifests fit every tag file")]


def _tag_manifest(bag: Path, algorithm: str, found: dict[str, bags.Digests]) -> tuple[list[Check], list[str]]:
    """Compare one manifest of tag files with these, and name the files that it says otherwise of."""
    where = f"tagmanifest-{algorithm}.txt"
    try:
        data = _read(bag, where)
        own = _same(where, data, bags.manifest(found, algorithm), "what the tag files give")
    except Malformed as error:
        return [_failed("file", where, error.why)], []
    try:
        said = bags.read_manifest(data)
    except Malformed as error:
        return [msgspec.structs.replace(own, state="failed", why=error.why)], []
    differ = sorted(n for n in {*said, *found} if said.get(n) != _digest(found.get(n), algorithm))
    checks = [msgspec.structs.replace(own, why=f"it says another digest of {name}") for name in differ]
    return [own] if own.state == "failed" and not differ else checks, differ


def _digest(known: bags.Digests | None, algorithm: str) -> str | None:
    return None if known is None else str(getattr(known, algorithm))


def _ledger(bag: Path) -> Check:
    where = f"{sealing.CASE}/{ledger.NAME}"
    if not (bag / where).is_file():
        return Check(what="ledger", where=where, state="not-checked", why="the case has no ledger")
    try:
        entries, broken = ledger.check(_read(bag, where))
    except Malformed as error:
        return _failed("ledger", where, error.why)
    if broken is not None:
        return _failed("ledger", f"{where}:{broken.line}", broken.why)
    return _good("ledger", where, f"{len(entries)} entries, each follows the one before")


def _stamps(bag: Path, plain: list[str], roots: bytes | None) -> list[Check]:
    replies = [name for name in plain if name.startswith(f"{sealing.STAMPS}/") and name.endswith(".tsr")]
    if not replies:
        why = "no authority was asked when the bag was sealed"
        return [Check(what="timestamp", where=sealing.STAMPS, state="not-checked", why=why)]
    try:
        envelope = _read(bag, sealing.ENVELOPE)
    except Malformed:
        envelope = b""
    states: dict[str, State] = {"valid": "confirmed", "invalid": "failed", "unknown": "not-checked"}
    checks = []
    for name in replies:
        try:
            reply = _read(bag, name)
        except Malformed as error:
            checks.append(_failed("timestamp", name, error.why))
            continue
        stamp = timestamps.check(reply, envelope, roots)
        why = f"{stamp.time} {stamp.authority} number {stamp.serial}: {stamp.why}".strip()
        checks.append(Check(what="timestamp", where=name, state=states[stamp.state], why=why))
    return checks


def root_digest(bag: Path) -> str:
    """Give the SHA-256 of the manifest: what an owner writes on paper; raises Malformed."""
    return hashlib.sha256(_read(bag, sealing.MANIFEST)).hexdigest()
