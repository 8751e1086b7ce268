"""Manifests: the lab's client, references into resources, and manifests that end early."""

from __future__ import annotations

from vitne.firmware.manifest import read_manifest
from vitne.firmware.parts.android_xml import AndroidXml
from vitne.lab.firmware import CLIENT
from vitne.lab.packages import Element, binary_xml, manifest


def _read(root: Element, resources: dict[int, tuple[str, str]] | None = None) -> object:
    return read_manifest(AndroidXml(binary_xml(root)), "a.apk!/AndroidManifest.xml", resources or {})


def test_everything_that_makes_a_component_run_is_read_with_its_place() -> None:
    data = binary_xml(manifest(CLIENT))
    found = read_manifest(AndroidXml(data), "a.apk!/AndroidManifest.xml", {})
    assert (found.package, found.version, found.shared_uid) == (
        CLIENT.name,
        "8.1.0 (27)",
        "android.uid.phone",
    )
    receiver, service = found.components
    assert receiver.name == "com.example.autoregistration.AutoRegReceiver"
    assert receiver.wakes == ("boot", "connectivity", "service-state", "sim-state")
    assert (service.kind, service.exported, service.wakes) == ("service", "false", ())
    asked = {each.name.rpartition(".")[2]: each for each in found.permissions}
    assert "imei" in asked["READ_PHONE_STATE"].gives
    offset = asked["READ_PHONE_STATE"].spot.offset
    assert offset is not None
    assert b"android.permission.READ_PHONE_STATE" in data[offset : offset + 40]
    assert [(each.name, each.value) for each in found.flags] == [("application usesCleartextTraffic", "true")]


def test_a_switch_in_the_resources_is_followed() -> None:
    root = Element(
        "manifest",
        {"package": "com.example.a"},
        (
            Element(
                "application",
                {},
                (
                    Element("receiver", {"name": "B", "enabled": ("@", 0x7F010000)}),
                    Element("receiver", {"name": "x.C", "enabled": ("@", 0x7F010009)}),
                ),
            ),
        ),
    )
    found = _read(root, {0x7F010000: ("bool/on", "false")})
    assert [(each.name, each.enabled) for each in found.components] == [  # type: ignore[attr-defined]
        ("com.example.a.B", "false (bool/on)"),
        ("x.C", "@7f010009"),
    ]


def test_what_stands_before_a_fault_is_kept_and_the_fault_is_told() -> None:
    data = binary_xml(manifest(CLIENT))
    cut = data[:4] + (len(data) - 60).to_bytes(4, "little") + data[8:-60]
    found = read_manifest(AndroidXml(cut), "a", {})
    assert found.package == CLIENT.name
    assert "cut off" in found.fault
