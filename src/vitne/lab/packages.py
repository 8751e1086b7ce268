"""Android packages of invented programs: manifest, resources, code, signature, written byte by byte."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ANDROID = "http://schemas.android.com/apk/res/android"
_NUMBERS = {
    "name": 0x01010003,
    "permission": 0x01010006,
    "sharedUserId": 0x0101000B,
    "enabled": 0x0101000E,
    "exported": 0x01010010,
    "minSdkVersion": 0x0101020C,
    "versionCode": 0x0101021B,
    "versionName": 0x0101021C,
    "usesCleartextTraffic": 0x010104EC,
}
_NONE = 0xFFFFFFFF
_EPOCH = (2019, 1, 1, 0, 0, 0)
_MAGIC = b"APK Sig Block 42"
_ECDSA_SHA256 = 0x0201


class Element(NamedTuple):
    """An element of a manifest: texts, booleans, numbers, and resources as ("@", number)."""

    name: str
    attributes: dict[str, Any]
    children: tuple[Element, ...] = ()


class Package(NamedTuple):
    """An invented package."""

    name: str
    texts: tuple[str, ...]  # constants of its code
    calls: tuple[tuple[str, str], ...] = ()  # class and method that its code refers to
    permissions: tuple[str, ...] = ()
    receivers: tuple[tuple[str, tuple[str, ...]], ...] = ()  # class, and broadcasts it answers
    services: tuple[str, ...] = ()
    shared_uid: str = ""
    strings: tuple[tuple[str, str], ...] = ()  # resources: name and text
    switches: tuple[tuple[str, bool], ...] = ()  # resources: name and value
    files: tuple[tuple[str, bytes], ...] = ()  # further members
    version: tuple[int, str] = (1, "1.0")
    split: str = ""


def apk(package: Package, *, sign: bool = True) -> bytes:
    """Write a package; the same package gives the same bytes."""
    members = {"AndroidManifest.xml": binary_xml(manifest(package))}
    if package.texts or package.calls:
        members["classes.dex"] = code(package.texts, package.calls)
    if package.strings or package.switches:
        members["resources.arsc"] = resources(package.name, package.strings, package.switches)
    members.update(package.files)
    archive = archived(members)
    return signed(archive) if sign else archive


def archived(members: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """Write a zip archive whose members have one time."""
    out = io.BytesIO()
    kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, kind)
    return out.getvalue()


def manifest(package: Package) -> Element:
    """Give the manifest of a package."""
    code_number, version = package.version
    root: dict[str, Any] = {"package": package.name, "versionCode": code_number, "versionName": version}
    if package.split:
        root["split"] = package.split
    if package.shared_uid:
        root["sharedUserId"] = package.shared_uid
    inside = [
        Element(
            "receiver",
            {"name": name, "exported": True},
            (Element("intent-filter", {}, tuple(Element("action", {"name": each}) for each in actions)),),
        )
        for name, actions in package.receivers
    ]
    inside += [Element("service", {"name": name, "exported": False}) for name in package.services]
    asked = tuple(Element("uses-permission", {"name": name}) for name in package.permissions)
    application = Element("application", {"usesCleartextTraffic": True}, tuple(inside))
    return Element("manifest", root, (Element("uses-sdk", {"minSdkVersion": 27}), *asked, application))


# -- binary XML and resource tables --------------------------------------------------------------------------


def _chunk(kind: int, header: bytes, body: bytes) -> bytes:
    return struct.pack("<HHI", kind, 8 + len(header), 8 + len(header) + len(body)) + header + body


def _pool(texts: Sequence[str]) -> bytes:
    """Write a string pool in UTF-8."""
    data = b""
    offsets = []
    for text in texts:
        offsets.append(len(data))
        raw = text.encode()
        data += _length(len(text)) + _length(len(raw)) + raw + b"\0"
    data += bytes(-len(data) % 4)
    header = struct.pack("<IIIII", len(texts), 0, 1 << 8, 28 + 4 * len(texts), 0)
    return _chunk(1, header, struct.pack(f"<{len(texts)}I", *offsets) + data)


def _length(count: int) -> bytes:
    return bytes((count,)) if count < 0x80 else bytes((0x80 | count >> 8, count & 0xFF))


def binary_xml(root: Element) -> bytes:
    """Write a document in the form that Android reads."""
    numbered = sorted(
        {key for each in _all(root) for key in each.attributes if key in _NUMBERS}, key=_NUMBERS.__getitem__
    )
    rest = {ANDROID, "android"}
    for each in _all(root):
        rest |= {each.name, *each.attributes, *(v for v in each.attributes.values() if isinstance(v, str))}
    texts = [*numbered, *sorted(rest - set(numbered))]
    at = {text: number for number, text in enumerate(texts)}
    numbers = struct.pack(f"<{len(numbered)}I", *(_NUMBERS[each] for each in numbered))
    space = struct.pack("<IIII", 1, _NONE, at["android"], at[ANDROID])
    body = _pool(texts) + _chunk(0x0180, b"", numbers) + _chunk(0x0100, space[:8], space[8:])
    body += _element(root, at, [0]) + _chunk(0x0101, space[:8], space[8:])
    return _chunk(3, b"", body)


def _all(root: Element) -> Iterable[Element]:
    yield root
    for each in root.children:
        yield from _all(each)


def _element(each: Element, at: dict[str, int], line: list[int]) -> bytes:
    line[0] += 1
    head = struct.pack("<II", line[0], _NONE)
    attributes = sorted(each.attributes.items(), key=lambda item: (_NUMBERS.get(item[0], _NONE), item[0]))
    rows = b"".join(_attribute(key, value, at) for key, value in attributes)
    start = struct.pack("<IIHHHHHH", _NONE, at[each.name], 20, 20, len(attributes), 0, 0, 0)
    out = _chunk(0x0102, head, start + rows)
    out += b"".join(_element(child, at, line) for child in each.children)
    return out + _chunk(0x0103, head, struct.pack("<II", _NONE, at[each.name]))


def _attribute(key: str, value: Any, at: dict[str, int]) -> bytes:
    space = at[ANDROID] if key in _NUMBERS else _NONE
    if isinstance(value, bool):
        return struct.pack("<IIIHBBI", space, at[key], _NONE, 8, 0, 0x12, _NONE if value else 0)
    if isinstance(value, int):
        return struct.pack("<IIIHBBI", space, at[key], _NONE, 8, 0, 0x10, value)
    if isinstance(value, tuple):
        return struct.pack("<IIIHBBI", space, at[key], _NONE, 8, 0, 0x01, value[1])
    return struct.pack("<IIIHBBI", space, at[key], at[value], 8, 0, 0x03, at[value])


def resources(
    name: str, strings: Sequence[tuple[str, str]], switches: Sequence[tuple[str, bool]] = ()
) -> bytes:
    """Write a table of texts and switches; texts have numbers from 0x7f020000, switches from 0x7f010000."""
    texts = [text for _, text in strings]
    keys = [key for key, _ in (*switches, *strings)]
    bools = [(number, 0x12, _NONE if on else 0) for number, (_, on) in enumerate(switches)]
    words = [(len(switches) + number, 0x03, number) for number in range(len(strings))]
    kinds = _pool(["bool", "string"])
    header = struct.pack("<I256sIIIII", 0x7F, name.encode("utf-16-le")[:254], 288, 2, 0, len(keys), 0)
    header = header[:268] + struct.pack("<II", 288 + len(kinds), len(keys)) + header[276:]
    body = kinds + _pool(keys)
    for number, rows in ((1, bools), (2, words)):
        spec = struct.pack("<BBHI", number, 0, 0, len(rows))
        body += _chunk(0x0202, spec, bytes(4 * len(rows)))
        if rows:
            body += _type(number, rows)
    return _chunk(2, struct.pack("<I", 1), _pool(texts) + _chunk(0x0200, header, body))


def _type(number: int, rows: Sequence[tuple[int, int, int]]) -> bytes:
    config = struct.pack("<I", 64) + bytes(60)
    header = struct.pack("<BBHII", number, 0, 0, len(rows), 84 + 4 * len(rows)) + config
    offsets = struct.pack(f"<{len(rows)}I", *range(0, 16 * len(rows), 16))
    entries = b"".join(struct.pack("<HHIHBBI", 8, 0, key, 8, 0, kind, word) for key, kind, word in rows)
    return _chunk(0x0201, header, offsets + entries)


# -- code ----------------------------------------------------------------------------------------------------


def code(texts: Iterable[str], calls: Iterable[tuple[str, str]] = ()) -> bytes:
    """Write code that holds texts and refers to methods which take nothing and give a text."""
    pairs = sorted(set(calls))
    answer = "Ljava/lang/String;"
    kinds = sorted(
        {"L" + owner.replace(".", "/") + ";" for owner, _ in pairs} | ({answer} if pairs else set())
    )
    words = sorted({*texts, *kinds, *(name for _, name in pairs), *(["L"] if pairs else [])})
    at = {word: number for number, word in enumerate(words)}
    kind_at = {kind: number for number, kind in enumerate(kinds)}
    methods = sorted((kind_at["L" + owner.replace(".", "/") + ";"], at[name]) for owner, name in pairs)
    protos = [(at["L"], kind_at[answer], 0)] if pairs else []
    sizes = (len(words) * 4, len(kinds) * 4, len(protos) * 12, 0, len(methods) * 8)
    places = [112 + sum(sizes[:number]) for number in range(6)]
    data, offsets = b"", []
    for word in words:
        offsets.append(places[5] + len(data))
        raw = word.encode()
        data += _uleb(len(word)) + raw + b"\0"
    data += bytes(-(places[5] + len(data)) % 4)
    map_at = places[5] + len(data)
    counts = (len(words), len(kinds), len(protos), 0, len(methods))
    listed = [(0, 1, 0)]
    listed += [(kind, counts[kind - 1], places[kind - 1]) for kind in (1, 2, 3, 5) if counts[kind - 1]]
    listed += [(0x2002, len(words), places[5]), (0x1000, 1, map_at)]
    data += struct.pack("<I", len(listed)) + b"".join(
        struct.pack("<HHII", kind, 0, count, place) for kind, count, place in listed
    )
    tables = struct.pack(f"<{len(words)}I", *offsets)
    tables += b"".join(struct.pack("<I", at[kind]) for kind in kinds)
    tables += b"".join(struct.pack("<III", *proto) for proto in protos)
    tables += b"".join(struct.pack("<HHI", kind, 0, name) for kind, name in methods)
    told = [
        value for number in range(5) for value in (counts[number], places[number] if counts[number] else 0)
    ]
    rest = struct.pack("<5I", 112, 0x12345678, 0, 0, map_at)
    rest += struct.pack("<12I", *told, 0, 0) + struct.pack("<II", len(data), places[5])
    size = 32 + 4 + len(rest) + len(tables) + len(data)
    tail = struct.pack("<I", size) + rest + tables + data
    signature = hashlib.sha1(tail, usedforsecurity=False).digest()
    return b"dex\n035\0" + struct.pack("<I", zlib.adler32(signature + tail)) + signature + tail


def _uleb(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes((number & 0x7F | 0x80,))
        number >>= 7
    return out + bytes((number,))


# -- signature -----------------------------------------------------------------------------------------------


@cache
def _maker() -> tuple[Any, bytes]:
    """Give the invented maker's key and certificate; the same ones each time."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"vitne lab").digest()) >> 1, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Invented Maker")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    builder = builder.not_valid_before(datetime(2018, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2048, 1, 1, tzinfo=UTC))
    certificate = builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    return key, certificate.public_bytes(serialization.Encoding.DER)


def signed(archive: bytes) -> bytes:
    """Put a signing block of scheme 2 before the central directory."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    end = archive.rindex(b"PK\x05\x06")
    (directory,) = struct.unpack_from("<I", archive, end + 16)
    key, certificate = _maker()
    digest = _contents_digest(archive[:directory], archive[directory:end], archive[end:])
    digests = _held(_held(struct.pack("<I", _ECDSA_SHA256) + _held(digest)))
    data = digests + _held(_held(certificate)) + _held(b"")
    signature = key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signer = _held(data) + _held(_held(struct.pack("<I", _ECDSA_SHA256) + _held(signature))) + _held(public)
    value = struct.pack("<I", 0x7109871A) + _held(_held(signer))
    pairs = struct.pack("<Q", len(value)) + value
    size = struct.pack("<Q", len(pairs) + 8 + 16)
    block = size + pairs + size + _MAGIC
    moved = archive[end : end + 16] + struct.pack("<I", directory + len(block)) + archive[end + 20 :]
    return archive[:directory] + block + archive[directory:end] + moved


def _held(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def _contents_digest(*sections: bytes) -> bytes:
    """Digest the pieces of one MiB of all sections, and then these digests."""
    pieces = [each[at : at + (1 << 20)] for each in sections for at in range(0, len(each), 1 << 20)]
    digests = [hashlib.sha256(b"\xa5" + _held(piece)).digest() for piece in pieces]
    return hashlib.sha256(b"\x5a" + struct.pack("<I", len(pieces)) + b"".join(digests)).digest()
