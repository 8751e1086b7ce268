"""Candidates over real requests, against what a person read in them."""

from __future__ import annotations

import importlib
import json
import pkgutil
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import vitne.decode.protocols
from vitne.decode.unwrap import unwrap
from vitne.decode.unwrap_budget import Budget
from vitne.identify.candidates import Context, candidates
from vitne.model import Message, Node, Sighting

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.tshark,
    pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not here"),
]
OURS = {
    "mac": "mac-address",
    "wifi_ssid": "ssid",
    "device_model": "device-model",
    "tracking_cookie": "tracking-cookie",
    "password": "password",
    "timezone": "time-zone",
    "android_id": "android-id",
    "device_id": "device-id",
    "session_id": "session-id",
    "app_id": "app-id",
    "username": "account-name",
    "email": "email-address",
    "push_token": "push-token",
    "auth_token": "auth-token",
    "device_name": "device-name",
    "device_serial": "serial-number",
    "imei": "imei",
    "mac_placeholder": "bssid",
}
BY_PORT = {110: "pop3", 143: "imap", 25: "smtp"}
COLUMNS = [
    "frame.number",
    "tcp.stream",
    "ip.src",
    "ip.dst",
    "tcp.seq",
    "tcp.payload",
    "udp.payload",
    "tcp.srcport",
    "tcp.dstport",
    "udp.dstport",
]
BINARY = "(binary body)"  # raw address bytes: found through the sender's own link address, not by a pattern


@cache
def rows(path: Path) -> list[list[str]]:
    """Give COLUMNS of all frames, read by tshark."""
    command = [
        "tshark",
        "-n",
        "-r",
        str(path),
        "-T",
        "fields",
        *(word for c in COLUMNS for word in ("-e", c)),
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [line.split("\t") for line in text.splitlines()]


def sent(path: Path, frame: int) -> tuple[bytes, str, int]:
    """Give all bytes that the sender of a frame sent in its stream, the transport and the port."""
    row = next(row for row in rows(path) if row[0] == str(frame))
    if not row[1]:
        return bytes.fromhex(row[6]), "udp", int(row[9])
    pieces: dict[int, bytes] = {}
    for other in rows(path):
        if other[1:4] == row[1:4] and other[7] == row[7] and other[5]:
            pieces.setdefault(int(other[4]), bytes.fromhex(other[5]))
    first, data = min(pieces), bytearray()
    for at in sorted(pieces):
        if at - first > len(data):
            break
        data += pieces[at][len(data) - (at - first) :]
    return bytes(data), "tcp", int(row[8])


def decoder(data: bytes, transport: str, port: int) -> Any:
    found = {}
    for module in pkgutil.iter_modules(vitne.decode.protocols.__path__):
        kind = getattr(importlib.import_module(f"vitne.decode.protocols.{module.name}"), "decoder", None)
        if kind is not None:
            found[module.name] = kind
    if port in BY_PORT and transport == "tcp":
        return found[BY_PORT[port]]()
    return max(found.values(), key=lambda kind: kind.fit(data[:2048], transport, 0))()


@cache
def sightings(path: Path, frame: int) -> tuple[Sighting, ...]:
    data, transport, port = sent(path, frame)
    one = decoder(data, transport, port)
    out: list[Sighting] = []
    for message in [*one.feed(0, data), *one.finish(0)]:
        if isinstance(message, Message):
            budget = Budget()
            nodes = [
                item
                for part in message.parts
                for item in unwrap(part, part.data or data[part.start : part.end], budget=budget)
                if isinstance(item, Node)
            ]
            out += candidates(nodes, message, context=Context())
    return tuple(out)


def plain(value: str) -> str:
    return "".join(letter for letter in value.lower() if letter.isalnum())


def alike(found: str, told: str) -> bool:
    return told.startswith("(") or plain(found) in plain(told) or plain(told) in plain(found)


def test_every_kind_of_the_ground_truth_is_a_candidate_without_a_subject_file(corpus: Path) -> None:
    leaks = json.loads((corpus / "ground-truth.json").read_text())["leaks"]
    missed, tried = [], 0
    for leak in leaks:
        if leak["file"].startswith("har/") or leak["field"] == BINARY:
            continue
        if leak["expect"] not in {"report", "report-lower-certainty", "must-not-report-as-identifier"}:
            continue
        tried += 1
        found = [
            sighting
            for sighting in sightings(corpus / leak["file"], leak["frame"])
            if sighting.identifier == OURS[leak["type"]] and alike(sighting.value, leak["value"])
        ]
        good = not found if leak["expect"].startswith("must-not") else bool(found)
        if leak["expect"] == "report-lower-certainty":
            good = any("check digit does not hold" in reason for one in found for reason in one.reasons)
        if not good:
            missed.append((leak["id"], leak["file"], leak["frame"], leak["field"]))
    assert tried > 50
    assert missed == []
