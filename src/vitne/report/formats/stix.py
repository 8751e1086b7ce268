"""Findings as STIX 2.1: what was observed (observed-data, network-traffic, addresses, names), no accusation.

Ids are made from content: cyber-observables as section 2.9 of the specification says (UUIDv5 over their
contributing properties in canonical JSON), the rest from the finding's id.
"""

from __future__ import annotations

import ipaddress
import json
import uuid
from typing import Any

from vitne.report.blocks import shown

_OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
_OWN = uuid.uuid5(uuid.NAMESPACE_URL, "tag:vitne,2026:stix")
_EXTENSION = f"extension-definition--{uuid.uuid5(_OWN, 'finding')}"


def bundle(document: dict[str, Any]) -> dict[str, Any]:
    """Give the bundle as plain JSON values."""
    objects: dict[str, dict[str, Any]] = {}
    newest = max((one["time"] for one in document["findings"]), default="1970-01-01T00:00:00.000Z")
    stamp = _time(newest)
    author = {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{uuid.uuid5(_OWN, 'vitne')}",
        "created": stamp,
        "modified": stamp,
        "name": "vitne",
        "identity_class": "system",
    }
    extension = {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": _EXTENSION,
        "created": stamp,
        "modified": stamp,
        "created_by_ref": author["id"],
        "name": "vitne finding",
        "description": "Properties of one finding of personal data in traffic",
        "schema": "vitne schema scan",
        "version": "1.0.0",
        "extension_types": ["property-extension"],
    }
    objects[author["id"]] = author
    objects[str(extension["id"])] = extension
    for one in document["findings"]:
        for made in _finding(one, author["id"]):
            objects.setdefault(made["id"], made)
    key = json.dumps(sorted(objects), sort_keys=True)
    return {"type": "bundle", "id": f"bundle--{uuid.uuid5(_OWN, key)}", "objects": list(objects.values())}


def _time(text: str) -> str:
    return text[:23] + "Z"


def _observable(kind: str, contributing: dict[str, Any]) -> dict[str, Any]:
    key = json.dumps(contributing, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    made = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid.uuid5(_OBSERVABLES, key)}"}
    return {**made, **contributing}


def _address(ip: str) -> dict[str, Any] | None:
    try:
        version = ipaddress.ip_address(ip).version
    except ValueError:
        return None
    return _observable(f"ipv{version}-addr", {"value": ip})


def _finding(one: dict[str, Any], author: str) -> list[dict[str, Any]]:
    target, source = one["destination"], one["source"]
    made = [address for address in (_address(source["ip"]), _address(target["ip"])) if address is not None]
    if len(made) < 2:
        return []
    start = _time(one["time"])
    traffic = _observable(
        "network-traffic",
        {
            "start": start,
            "src_ref": made[0]["id"],
            "dst_ref": made[1]["id"],
            "src_port": source["port"],
            "dst_port": target["port"],
            "protocols": [one["transport"], one["protocol"]],
        },
    )
    made.append(traffic)
    refs = [each["id"] for each in made]
    if target["host"]:
        name = _observable("domain-name", {"value": shown(target["host"], 255)})
        made.append(name)
        refs.append(name["id"])
    made.append(
        {
            "type": "observed-data",
            "spec_version": "2.1",
            "id": f"observed-data--{uuid.uuid5(_OWN, one['id'])}",
            "created_by_ref": author,
            "created": start,
            "modified": start,
            "first_observed": start,
            "last_observed": start,
            "number_observed": 1,
            "object_refs": list(dict.fromkeys(refs)),
            "extensions": {_EXTENSION: {"extension_type": "property-extension", **_facts(one)}},
        }
    )
    return made


def _facts(one: dict[str, Any]) -> dict[str, Any]:
    keys = ("id", "identifier", "kind", "grade", "verified", "direction", "delivery", "protection", "frames")
    return {
        **{key: one[key] for key in keys},
        "value": shown(one["value"], 200),
        "filter": shown(one["filter"]),
    }
