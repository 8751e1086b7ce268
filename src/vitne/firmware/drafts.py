"""Units while they are read: a package and its splits, a program, a file of texts."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Literal

import msgspec

from vitne.firmware.gathering import Harvest
from vitne.firmware.manifest import Manifest
from vitne.firmware.shape import Call, Flag, Market, Permission, Signer, Unit
from vitne.firmware.source import Source, chunks

if TYPE_CHECKING:
    from vitne.firmware.shape import KnownSender

Kind = Literal["package", "program", "library", "code", "text"]
_WAYS_OUT = {"android.permission.INTERNET", "android.permission.SEND_SMS"}
_OPTIMIZED = re.compile(r"(.*)/oat/[^/]+/([^/]+)\.(?:vdex|odex|oat)")
_LISTED = 6


class Draft(msgspec.Struct, kw_only=True):
    """One unit while it is read."""

    kind: Kind
    path: str
    source: Source | None  # its bytes, until it is settled
    sha256: str = ""
    size: int = 0
    harvest: Harvest = msgspec.field(default_factory=Harvest)
    manifest: Manifest | None = None
    calls: list[Call] = []
    signers: list[Signer] = []
    flags: list[Flag] = []
    markets: list[Market] = []
    parts: list[str] = []

    @property
    def folder(self) -> str:
        """Give the folder or archive that it lies in."""
        return self.path.rpartition("/")[0]

    def take_in(self, other: Draft) -> None:
        """Take in what was found in a part of the same unit: a split, or code compiled ahead."""
        self.harvest.take_in(other.harvest)
        self.calls += other.calls
        self.flags += other.flags
        self.markets += other.markets
        self.parts += [other.path, *other.parts]
        if other.manifest is not None and self.manifest is not None:
            self.manifest.permissions += other.manifest.permissions
            self.manifest.components += other.manifest.components

    def settle(self) -> None:
        """Take digest and size, and let the bytes go: unpacked packages are not held beside one another."""
        if self.source is not None:
            self.sha256, self.size, self.source = digest(self.source), self.source.size, None

    def worth_telling(self) -> bool:
        """Say whether the unit names anything: packages are told of anyway."""
        return self.kind == "package" or bool(self.harvest.endpoints() or self.senders()) or self._talks()

    def _talks(self) -> bool:
        """Say whether a program has a way to the network and names of fields, or reads an identifier."""
        gives = {each.gives for each in self.calls}
        return ("network" in gives and bool(self.harvest.fields())) or bool(gives - {"network"})

    def senders(self) -> tuple[KnownSender, ...]:
        """Give the known senders whose marks stand in it."""
        named = None
        if self.manifest is not None and self.manifest.name_spot is not None:
            named = self.manifest.package, self.manifest.name_spot
        return self.harvest.senders(named)

    def unit(self) -> Unit:
        """Give the finished unit."""
        self.settle()
        manifest = self.manifest
        senders = self.senders()
        permissions = tuple(dict.fromkeys(manifest.permissions)) if manifest else ()
        calls = tuple(sorted({(each.name, each.spot): each for each in self.calls}.values(), key=_by_name))
        because = _because(self, permissions, calls, senders)
        name = (manifest.package if manifest else "") or self.path.rpartition("/")[2]
        return Unit(
            kind=self.kind,
            path=self.path,
            sha256=self.sha256,
            size=self.size,
            name=name,
            version=manifest.version if manifest else "",
            split=manifest.split if manifest else "",
            parts=tuple(sorted(self.parts)),
            shared_uid=manifest.shared_uid if manifest else "",
            could_send=_could_send(self, permissions, calls, senders),
            because=because,
            permissions=permissions,
            components=tuple(manifest.components) if manifest else (),
            endpoints=self.harvest.endpoints(),
            fields=self.harvest.fields(),
            calls=calls,
            senders=senders,
            signers=tuple(self.signers),
            flags=(*(manifest.flags if manifest else ()), *self.flags),
            markets=tuple(dict.fromkeys([*self.markets, *self.harvest.markets(senders)])),
        )


def _by_name(call: Call) -> tuple[str, str, int]:
    return call.name, call.spot.path, call.spot.offset or 0


def joined(drafts: list[Draft]) -> list[Draft]:
    """Put splits to their base package, and code compiled ahead to the package it was made from."""
    bases: dict[tuple[str, str], Draft] = {}
    by_path: dict[str, Draft] = {}
    for each in drafts:
        if each.manifest is not None and not each.manifest.split:
            bases.setdefault((each.folder, each.manifest.package), each)
        by_path[each.path] = each
    out = []
    for each in drafts:
        base = None
        compiled = _OPTIMIZED.fullmatch(each.path)
        if each.manifest is not None and each.manifest.split:
            base = bases.get((each.folder, each.manifest.package))
        elif compiled:
            stem = f"{compiled.group(1)}/{compiled.group(2)}"
            base = by_path.get(f"{stem}.apk") or by_path.get(f"{stem}.jar")
        if base is None or base is each:
            out.append(each)
        else:
            base.take_in(each)
    return out


def _could_send(
    draft: Draft,
    permissions: tuple[Permission, ...],
    calls: tuple[Call, ...],
    senders: tuple[KnownSender, ...],
) -> bool:
    """Say whether it has a way out and something to send or somewhere to send it."""
    if draft.kind == "text":
        return False
    shared = bool(draft.manifest and draft.manifest.shared_uid)
    way = shared or any(each.name in _WAYS_OUT for each in permissions)
    way = way or any(each.gives == "network" for each in calls)
    told = draft.harvest.endpoints() or draft.harvest.fields() or senders
    return bool(senders) or (way and bool(told or any(each.gives != "network" for each in calls)))


def _because(
    draft: Draft,
    permissions: tuple[Permission, ...],
    calls: tuple[Call, ...],
    senders: tuple[KnownSender, ...],
) -> tuple[str, ...]:
    manifest = draft.manifest
    lines = [f"it holds the marks of a known sender, {each.id} ({each.grade})" for each in senders]
    if manifest and manifest.shared_uid:
        lines.append(f"it shares the user {manifest.shared_uid} and has the permissions of all that share it")
    opens = [f"{each.name.rpartition('.')[2]} ({each.gives})" for each in permissions if each.gives]
    if opens:
        lines.append("it asks for " + _listed(opens))
    wakes = sorted({word for each in (manifest.components if manifest else ()) for word in each.wakes})
    if wakes:
        lines.append("it is woken by " + ", ".join(wakes))
    gives = sorted({each.gives for each in calls} - {"network"})
    if gives:
        lines.append("its code asks the system for " + ", ".join(gives))
    if any(each.gives == "network" for each in calls):
        lines.append("it refers to functions of the network")
    hosts = [each.host for each in draft.harvest.endpoints()]
    if hosts:
        lines.append("it names " + _listed(hosts))
    fields = sorted({word for each in draft.harvest.fields() for word in each.identifiers})
    if fields:
        lines.append("it holds names of fields for " + _listed(fields))
    return tuple(lines)


def _listed(words: list[str]) -> str:
    more = f" and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    return ", ".join(words[:_LISTED]) + more


def digest(source: Source) -> str:
    """Give the SHA-256 of a source, read in steps."""
    total = hashlib.sha256()
    for at, length in chunks(source):
        total.update(source.read(at, length))
    return total.hexdigest()
