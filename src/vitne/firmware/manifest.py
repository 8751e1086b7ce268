"""What a manifest says: package, permissions, components that run by themselves, switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.catalog import firmware as known
from vitne.firmware.shape import Component, Flag, Permission, Spot
from vitne.model import Malformed

if TYPE_CHECKING:
    from vitne.firmware.parts.android_xml import AndroidXml, Element, Value

_KINDS = {"activity": "activity", "activity-alias": "activity", "service": "service"} | {
    "receiver": "receiver",
    "provider": "provider",
}
_SWITCHES = (
    *("usesCleartextTraffic", "debuggable", "allowBackup"),
    *("persistent", "networkSecurityConfig", "enabled"),
)
_MOST = 10_000
_LONGEST = 300  # characters of a value: a manifest may say one long text everywhere


class Manifest(msgspec.Struct, kw_only=True):
    """The manifest of one package."""

    path: str  # where it lies
    package: str = ""
    version: str = ""
    split: str = ""
    shared_uid: str = ""
    name_spot: Spot | None = None
    permissions: list[Permission] = []
    components: list[Component] = []
    flags: list[Flag] = []
    authorities: list[str] = []
    fault: str = ""  # what was wrong behind the last element that could be read


class _Open:
    """A component whose end was not met yet."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.actions: set[str] = set()


def read_manifest(document: AndroidXml, path: str, resources: dict[int, tuple[str, str]]) -> Manifest:
    """Read a manifest; what cannot be read behind some element is told in ``fault``."""
    reading = _Reading(Manifest(path=path), resources)
    try:
        for element in document.elements():
            reading.take(element)
    except Malformed as error:
        reading.manifest.fault = error.why
    reading.close()
    return reading.manifest


class _Reading:
    """Elements go in one by one."""

    def __init__(self, manifest: Manifest, resources: dict[int, tuple[str, str]]) -> None:
        self.manifest = manifest
        self._resources = resources
        self._open: _Open | None = None

    def take(self, element: Element) -> None:
        """Take the next element."""
        if element.depth == 0:
            self._root(element)
        elif element.name.startswith("uses-permission"):
            self._permission(element)
        elif element.name == "application":
            self._switches(element)
        elif element.name in _KINDS and element.depth >= 2:
            self.close()
            self._open = _Open(element)
        elif element.name == "action" and self._open is not None:
            action = self._text(element, "name")
            if action and len(self._open.actions) < _MOST:
                self._open.actions.add(action)

    def _root(self, element: Element) -> None:
        manifest = self.manifest
        manifest.package = self._text(element, "package")
        manifest.split = self._text(element, "split") or self._text(element, "configForSplit")
        manifest.shared_uid = self._text(element, "sharedUserId")
        name, code = self._text(element, "versionName"), self._text(element, "versionCode")
        manifest.version = f"{name} ({code})" if code else name
        manifest.name_spot = self._spot(element, "package")

    def _permission(self, element: Element) -> None:
        name = self._text(element, "name")
        if name and len(self.manifest.permissions) < _MOST:
            gives = known.permissions().get(name, "")
            spot = self._spot(element, "name")
            self.manifest.permissions.append(Permission(name=name, gives=gives, spot=spot))

    def _switches(self, element: Element) -> None:
        for name in _SWITCHES:
            if name in element.attributes and len(self.manifest.flags) < _MOST:
                value = self._text(element, name)
                spot = self._spot(element, name)
                self.manifest.flags.append(Flag(name=f"application {name}", value=value, spot=spot))

    def close(self) -> None:
        """End the component in hand."""
        held, self._open = self._open, None
        if held is None or len(self.manifest.components) >= _MOST:
            return
        element = held.element
        name = self._text(element, "name")
        if name.startswith(".") or (name and "." not in name):
            name = f"{self.manifest.package}{'' if name.startswith('.') else '.'}{name}"
        kind = _KINDS[element.name]
        wakes = known.broadcasts() if kind == "receiver" else {}
        self.manifest.components.append(
            Component(
                kind=kind,  # type: ignore[arg-type]  # one of the words above
                name=name,
                enabled=self._text(element, "enabled") or "true",
                exported=self._text(element, "exported"),
                permission=self._text(element, "permission"),
                actions=tuple(sorted(held.actions)),
                wakes=tuple(sorted({wakes[each] for each in held.actions if each in wakes})),  # type: ignore[misc]
                spot=self._spot(element, "name"),
            )
        )

    def _text(self, element: Element, name: str) -> str:
        value = element.attributes.get(name)
        return "" if value is None else self._resolved(value)

    def _resolved(self, value: Value) -> str:
        """Follow a reference to a resource: value and name, or the number where the table lacks it."""
        found = self._resources.get(value.reference) if value.reference else None
        return value.text[:_LONGEST] if found is None else f"{found[1][:_LONGEST]} ({found[0]})"

    def _spot(self, element: Element, attribute: str) -> Spot:
        value = element.attributes.get(attribute)
        offset = element.offset if value is None or value.offset < 0 else value.offset
        return Spot(path=self.manifest.path, offset=offset, entry=f"line {element.line}, <{element.name}>")
