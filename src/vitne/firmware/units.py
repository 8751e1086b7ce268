"""From the bytes of a package, a program or a file to a draft of a unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.catalog import firmware as known
from vitne.firmware.budget import Unsupported
from vitne.firmware.containers import zip_archive
from vitne.firmware.drafts import Draft
from vitne.firmware.manifest import Manifest, read_manifest
from vitne.firmware.parts import dex, elf, signing
from vitne.firmware.parts.android_xml import AndroidXml
from vitne.firmware.parts.resource_table import ResourceTable
from vitne.firmware.shape import Call, Evidence, Flag, Market, Signer, Spot
from vitne.firmware.source import whole
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitne.firmware.budget import Budget
    from vitne.firmware.containers.zip_archive import Entry
    from vitne.firmware.parts.chunked import StringPool
    from vitne.firmware.parts.resource_table import Resource
    from vitne.firmware.source import Source

MANIFEST = "AndroidManifest.xml"
_TABLE = "resources.arsc"
_MOST_CODE = 256 << 20
_MOST_MANIFEST = 16 << 20
_MOST_TEXT = 16 << 20
_SIGNATURE = re.compile(r"META-INF/[^/]+\.(?:RSA|DSA|EC)")
_NATIVE = re.compile(r"(?:lib/[^/]+|assets)/.*\.so(?:\.\d+)*")
_TEXTS = re.compile(
    r"(?i).*\.(?:json|properties|xml|txt|js|html?|conf|cfg|ini|rc|sh|prop|csv|ya?ml|plist|lua|py|pem)"
)
_PROPERTIES = re.compile(rb"^([A-Za-z][A-Za-z0-9_.\-]{1,120})=([^\r\n]{0,400})", re.MULTILINE)
_MOST_PROPERTIES = 20_000
_MOST_SWITCHES = 20_000
_SWITCH_KINDS = ("bool/",)
_VDEX = (b"vdex", b"oat\n")


class Packages:
    """Reads packages and files into drafts; what could not be read is handed to ``lost``."""

    def __init__(self, budget: Budget, lost: Callable[[str, Malformed], None]) -> None:
        self._budget = budget
        self._lost = lost

    def package(self, source: Source, path: str, entries: list[Entry], directory: int) -> Draft:
        """Read a package: manifest, resources, code, libraries, signers, texts."""
        draft = Draft(kind="package", path=path, source=source)
        by_name = {entry.name: entry for entry in entries}
        resources = self._resources(source, draft, by_name)
        self._manifest(source, draft, by_name[MANIFEST], resources)
        for name in sorted(by_name):
            try:
                self._member(source, draft, by_name[name])
            except Malformed as error:
                self._lost(f"{path}!/{name}", error)
        try:
            for each in signing.block_certificates(source, directory):
                draft.signers.append(_signer(each, path))
        except Malformed as error:
            self._lost(path, error)
        return draft

    def code(self, source: Source, path: str, entries: list[Entry]) -> Draft:
        """Read an archive of code without a manifest."""
        draft = Draft(kind="code", path=path, source=source)
        for entry in sorted(entries, key=lambda each: each.name):
            try:
                self._member(source, draft, entry)
            except Malformed as error:
                self._lost(f"{path}!/{entry.name}", error)
        return draft

    def file(self, source: Source, path: str, head: bytes) -> Draft | None:
        """Read a file that lies in a file system, or give None for one that is not looked at."""
        if head.startswith(elf.MAGIC):
            kind = "library" if ".so" in path.rpartition("/")[2] else "program"
            draft = Draft(kind=kind, path=path, source=source)  # type: ignore[arg-type]  # two words of the five
            self._native(source, draft, path)
            if path.endswith((".odex", ".oat")):
                self._inside(source, draft, path)
            return draft
        draft = Draft(kind="code", path=path, source=source)
        if dex.fits(head):
            self._budget.looking(source.size)
            self._dex(whole(source, _MOST_CODE), draft, path)
        elif head.startswith(_VDEX):
            self._inside(source, draft, path)
        elif _TEXTS.fullmatch(path):
            draft.kind = "text"
            self._text(source, draft, path)
        else:
            return None
        return draft

    def _resources(
        self, source: Source, draft: Draft, by_name: dict[str, Entry]
    ) -> dict[int, tuple[str, str]]:
        """Read the table of resources: its texts, its switches, and what numbers stand for."""
        entry = by_name.get(_TABLE)
        if entry is None:
            return {}
        path = f"{draft.path}!/{_TABLE}"
        try:
            data = whole(zip_archive.opened(source, entry, self._budget)[0], _MOST_CODE)
            self._budget.looking(len(data))
            table = ResourceTable(data, self._budget)
            resources = table.resources()
        except Malformed as error:
            self._lost(path, error)
            return {}
        if table.fault:
            self._lost(path, Malformed(table.fault))
        self._values(table, resources, draft, path)
        return table.resolved(resources)

    def _values(self, table: ResourceTable, resources: list[Resource], draft: Draft, path: str) -> None:
        marks = {row.name: row for row in known.marks() if row.kind == "resource"}
        seen: set[int] = set()
        for each in resources:
            if not each.text:
                continue
            entry = each.name + (f" ({each.config})" if each.config else "")
            if each.kind == 0x12:
                if each.name.startswith(_SWITCH_KINDS) and len(draft.flags) < _MOST_SWITCHES:
                    spot = Spot(path=path, offset=each.offset, entry=entry)
                    draft.flags.append(Flag(name=entry, value=each.text, spot=spot))
                continue
            row = marks.get(each.config.partition("-")[0])
            if row is not None and len(draft.markets) < _MOST_SWITCHES:
                spot = Spot(path=path, offset=each.offset, entry=entry)
                evidence = Evidence(kind="resource", text=each.name, spot=spot)
                draft.markets.append(Market(market=row.market, because=row.because, evidence=evidence))
            if each.word not in seen:
                seen.add(each.word)
                text = each.text.encode("utf-8", "replace")
                draft.harvest.take(text, path, table.pool.place(each.word), entry)

    def _manifest(
        self, source: Source, draft: Draft, entry: Entry, resources: dict[int, tuple[str, str]]
    ) -> None:
        path = f"{draft.path}!/{MANIFEST}"
        try:
            data = whole(zip_archive.opened(source, entry, self._budget)[0], _MOST_MANIFEST)
            document = AndroidXml(data)
            draft.manifest = read_manifest(document, path, resources)
        except Malformed as error:
            self._lost(path, error)
            draft.manifest = Manifest(path=path)
            return
        if draft.manifest.fault:
            self._lost(path, Malformed(draft.manifest.fault))
        try:
            self._pool(document.pool, draft, path)
        except Malformed as error:
            self._lost(path, error)

    def _pool(self, pool: StringPool, draft: Draft, path: str) -> None:
        """Take the texts of a pool; raises Malformed where they lie on one another."""
        self._budget.reading(len(pool))
        for number in range(len(pool)):
            text = pool.text(number).encode("utf-8", "replace")
            draft.harvest.take(text, path, pool.place(number), f"text {number}")

    def _member(self, source: Source, draft: Draft, entry: Entry) -> None:
        """Look at one member of a package or of an archive of code."""
        name = entry.name
        path = f"{draft.path}!/{name}"
        if name in {MANIFEST, _TABLE} or name.endswith("/"):
            return
        if name.endswith(".dex"):
            self._dex(whole(self._opened(source, entry), _MOST_CODE), draft, path)
        elif _NATIVE.fullmatch(name):
            self._native(self._opened(source, entry), draft, path)
            draft.parts.append(path)
        elif _SIGNATURE.fullmatch(name):
            data = whole(self._opened(source, entry), _MOST_TEXT)
            draft.signers += [_signer(each, path) for each in signing.jar_certificates(data)]
        elif _TEXTS.fullmatch(name) or name.startswith(("assets/", "res/raw/")):
            opened = self._opened(source, entry)
            if opened.size <= _MOST_TEXT:
                self._text(opened, draft, path)

    def _opened(self, source: Source, entry: Entry) -> Source:
        opened, _ = zip_archive.opened(source, entry, self._budget)
        self._budget.looking(opened.size)
        return opened

    def _dex(self, data: bytes, draft: Draft, path: str, base: int = 0) -> None:
        """Take the texts and the functions of code."""
        code = dex.Dex(data, self._budget)
        take = draft.harvest.take
        for text in code.texts():
            take(text.data, path, base + text.offset, f"string {text.number}")
        wanted = known.calls()
        for method in code.methods(frozenset(name.rpartition(".")[2] for name in wanted if "." in name)):
            if method.name in wanted:
                spot = Spot(path=path, offset=base + method.offset, entry=f"method {method.number}")
                draft.calls.append(Call(name=method.name, gives=wanted[method.name], spot=spot))

    def _inside(self, source: Source, draft: Draft, path: str) -> None:
        """Look for code inside of a file that was compiled ahead."""
        self._budget.looking(source.size)
        data = whole(source, _MOST_CODE)
        if b"cdex0" in data:
            self._lost(path, Unsupported("compact code (cdex) of Android 9 is not read: convert it to dex"))
        at = data.find(b"dex\n0")
        while at >= 0:
            size = int.from_bytes(data[at + 32 : at + 36], "little")
            if dex.fits(data[at : at + 8]) and 112 <= size <= len(data) - at:
                self._dex(data[at : at + size], draft, path, at)
                at += size - 1
            at = data.find(b"dex\n0", at + 1)

    def _native(self, source: Source, draft: Draft, path: str) -> None:
        """Take the texts of a native program, and what it takes from others."""
        self._budget.looking(source.size)
        for offset, text in elf.texts(source):
            draft.harvest.take(text, path, offset)
        wanted = known.calls()
        for each in elf.linked(source).imports:
            if each.name in wanted:
                spot = Spot(path=path, offset=each.offset, entry=f"symbol {each.number}")
                draft.calls.append(Call(name=each.name, gives=wanted[each.name], spot=spot))

    def _text(self, source: Source, draft: Draft, path: str) -> None:
        """Take the texts of any other file: of binary XML its pool, else every run of characters."""
        if source.read(0, 4) == b"\x03\x00\x08\x00":
            self._pool(AndroidXml(whole(source, _MOST_TEXT)).pool, draft, path)
            return
        self._budget.looking(source.size)
        for offset, text in elf.texts(source):
            draft.harvest.take(text, path, offset)


def _signer(each: signing.Certificate, path: str) -> Signer:
    spot = Spot(path=path, offset=each.offset, entry="certificate")
    return Signer(scheme=each.scheme, sha256=each.sha256, subject=each.subject, spot=spot)


def properties(data: bytes, path: str) -> list[Flag]:
    """Read the properties of a build, with where each stands."""
    found = []
    for match in _PROPERTIES.finditer(data):
        name, value = (part.decode("utf-8", "replace") for part in match.groups())
        spot = Spot(path=path, offset=match.start(), entry="")
        found.append(Flag(name=f"property {name}", value=value.strip(), spot=spot))
        if len(found) >= _MOST_PROPERTIES:
            break
    return found
