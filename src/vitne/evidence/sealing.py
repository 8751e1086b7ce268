"""Sealing a case: everything of it, with the raw captures, in one signed BagIt bag.

The bag has one manifest of its own, ``vitne-manifest.json`` in canonical JSON, that names every file with its
digests; an Ed25519 signature over it in a DSSE envelope; and where somebody asked for them, timestamps of the
envelope (RFC 3161).  The outer parts can be checked with sha256sum, bagit.py and openssl alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.evidence import bags
from vitne.evidence.canonical import canonical, safe
from vitne.evidence.signing import authenticated, envelope, key_id, public_pem
from vitne.model import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT = "vitne-bag/1"
MANIFEST, ENVELOPE, KEY = "vitne-manifest.json", "vitne-manifest.dsse.json", "public-key.pem"
SIGNATURE, SIGNED = "signature.bin", "signed-bytes.bin"
CASE, ORIGINAL, KEYS, FINDINGS = "data/case", "data/original", "data/keys", "data/findings.json"
APPS = "data/apps"
EVENTS = "data/events"
VALUES = "data/values/subject.toml.age"
STAMPS = "timestamps"
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ -]{0,120}")


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into a bag."""

    case: Any  # Path of the case folder
    originals: Sequence[tuple[str, Any]]  # name and Path or bytes of each capture, in the order of the case
    keys: Sequence[Any]  # Paths of the key logs that the scan used
    apps: Sequence[Any] = ()  # Paths of the lists of apps that the scan used
    events: Sequence[Any] = ()  # Paths of the logs of the device that verdicts rest on
    written: Mapping[str, bytes]  # further files by their path in the bag, e.g. data/findings.json
    facts: Mapping[str, Any]  # what the manifest says beside the files: versions, options, dates


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A bag as it was written."""

    folder: Any  # Path
    digest: str  # SHA-256 of vitne-manifest.json, for writing down on paper
    key: str  # id of the key that signed
    files: int  # of the payload


def original_name(number: int, name: str) -> str:
    """Give where the capture of this number and name lies in a bag; a name that could do harm is left out."""
    return f"{ORIGINAL}/{number + 1}/{_plain(name, 'capture')}"


def _plain(name: str, otherwise: str) -> str:
    return name if _PLAIN.fullmatch(name) and not name.endswith((".", " ")) else otherwise


def seal(
    place: Path,
    contents: Contents,
    key: Ed25519PrivateKey,
    *,
    time: str,
    stamp: Callable[[bytes], Mapping[str, bytes]],
) -> Sealed:
    """Write the bag as a whole, or raise StoreError and leave nothing.

    ``stamp`` is given the signed envelope and gives files of timestamps by name; {} for none.
    """
    if place.exists() or place.is_symlink():
        what = "there is something at the place of the bag"
        raise StoreError(what, where=str(place), next_step="name another folder; no bag is ever replaced")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = _folder(place)
        try:
            _payload(fresh, contents)
            sealed = _tags(fresh, contents, key, time=time, stamp=stamp)
            fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        what = f"the bag cannot be written: {error.strerror or type(error).__name__}"
        step = "make room, or name a folder that you may write to"
        raise StoreError(what, where=str(place), next_step=step) from error
    return msgspec.structs.replace(sealed, folder=place)


def _folder(place: Path) -> Path:
    from pathlib import Path

    return Path(tempfile.mkdtemp(prefix=f".{place.name}.unfinished-", dir=place.parent))


def _payload(fresh: Path, contents: Contents) -> None:
    shutil.copytree(contents.case, fresh / CASE, symlinks=True)
    for number, (name, content) in enumerate(contents.originals):
        _put(fresh / original_name(number, name), content)
    for number, path in enumerate(contents.keys, 1):
        _put(fresh / KEYS / f"{number}.txt", path)
    for number, path in enumerate(contents.apps, 1):
        _put(fresh / APPS / str(number) / _plain(path.name, "apps"), path)
    for number, path in enumerate(contents.events, 1):
        _put(fresh / EVENTS / str(number) / _plain(path.name, "log"), path)
    for name in sorted(contents.written):
        _put(fresh / name, contents.written[name])


def _put(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        shutil.copyfile(content, path)


def _tags(
    fresh: Path,
    contents: Contents,
    key: Ed25519PrivateKey,
    *,
    time: str,
    stamp: Callable[[bytes], Mapping[str, bytes]],
) -> Sealed:
    plain, other = bags.files_of(fresh)
    if other:
        raise StoreError(
            f"the case holds what is no plain file, such as {other[0]!r}",
            where=str(contents.case),
            next_step="take links out of the case folder",
        )
    payload = {name: bags.digests(fresh / name) for name in plain}
    total = sum(each.size for each in payload.values())
    rows = [
        ("Bag-Software-Agent", f"vitne {contents.facts.get('vitne', '')}"),
        ("Bagging-Date", time[:10]),
        ("Payload-Oxum", f"{total}.{len(payload)}"),
    ]
    if contents.facts.get("retain_until"):
        rows.append(("Retain-Until", str(contents.facts["retain_until"])))
    tags = {"bagit.txt": bags.DECLARATION, "bag-info.txt": bags.info(rows)}
    for algorithm in bags.ALGORITHMS:
        tags[f"manifest-{algorithm}.txt"] = bags.manifest(payload, algorithm)
    tags[KEY] = public_pem(key.public_key())
    for name, data in tags.items():
        _put(fresh / name, data)
    known = {**payload, **{name: bags.digests(fresh / name) for name in tags}}
    content = safe(
        {
            **contents.facts,
            "format": FORMAT,
            "sealed": time,
            "key": key_id(key.public_key()),
            "files": msgspec.to_builtins(known),
        }
    )
    manifest = canonical(content)
    signed = envelope(manifest, key)
    tags |= {
        MANIFEST: manifest,
        ENVELOPE: signed,
        SIGNED: authenticated(manifest),
        SIGNATURE: key.sign(authenticated(manifest)),
        **{f"{STAMPS}/{name}": data for name, data in stamp(signed).items()},
    }
    for name, data in tags.items():
        _put(fresh / name, data)
    covered = {name: bags.digests(fresh / name) for name in tags}
    for algorithm in bags.ALGORITHMS:
        _put(fresh / f"tagmanifest-{algorithm}.txt", bags.manifest(covered, algorithm))
    for folder, _, _ in os.walk(fresh):
        os.chmod(folder, 0o700)  # noqa: PTH101  (raw captures are the owner's)
    return Sealed(
        folder=fresh, digest=hashlib.sha256(manifest).hexdigest(), key=key_id(key.public_key()),
        files=len(payload),
    )  # fmt: skip
