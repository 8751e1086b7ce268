"""The corpus: every labelled value is found, with and without a subject file; decoys stay silent.

Run by hand for the figures: ``python -m pytest tests/pipeline/test_ground_truth.py -q -s``.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import vitne
from vitne.identify.subject import read_subject
from vitne.model import Seed, Subject

pytestmark = pytest.mark.corpus

OURS = {
    # type in the labels -> identifiers of ours that say the same
    "android_id": {"android-id", "device-id"},
    "push_token": {"push-token"},
    "app_id": {"app-id"},
    "device_model": {"device-model"},
    "device_id": {"device-id", "install-id"},
    "session_id": {"session-id"},
    "imei": {"imei", "imeisv"},
    "mac": {"mac-address"},
    "mac_placeholder": {"mac-address", "bssid"},
    "tracking_cookie": {"tracking-cookie"},
    "auth_token": {"auth-token"},
    "password": {"password"},
    "username": {"account-name"},
    "device_name": {"device-name"},
    "email": {"email-address", "account-name"},
    "device_serial": {"serial-number"},
    "wifi_ssid": {"ssid"},
    "timezone": {"time-zone"},
    "imsi": {"imsi"},
    "msisdn": {"msisdn"},
    "opaque": set(),
}
SEEDED = {
    "android_id": "android-id", "push_token": "push-token", "app_id": "app-id", "device_model": "device-model",
    "device_id": "device-id", "session_id": "session-id", "mac": "mac-address",
    "tracking_cookie": "tracking-cookie", "password": "password", "username": "account-name",
    "device_name": "device-name", "email": "email-address", "device_serial": "serial-number",
    "wifi_ssid": "ssid", "timezone": "time-zone",
}  # fmt: skip


def _labels(corpus: Path) -> list[dict[str, Any]]:
    return json.loads((corpus / "ground-truth.json").read_text(encoding="utf-8"))["leaks"]  # type: ignore[no-any-return]


@cache
def _scanned(path: Path, seeds: tuple[Seed, ...]) -> Any:
    return vitne.scan(path, subject=Subject(seeds=seeds), reveal=True)


@cache
def _subject(corpus: Path, file: str) -> tuple[Seed, ...]:
    """Write a subject file of what the labels say of one capture, as its owner would, and read it."""
    rows = set()
    for label in _labels(corpus):
        if label["file"] == file and label["type"] in SEEDED and not label["value"].startswith("("):
            value = label["value"].removeprefix("android-")
            rows.add(
                (SEEDED[label["type"]], value.split(":")[-1] if label["field"] == "Authorization" else value)
            )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "subject.toml")
        text = "".join(
            f"[[known]]\nidentifier = {json.dumps(kind)}\nvalue = {json.dumps(value)}\n"
            for kind, value in sorted(rows)
        )
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return read_subject(path)[0].seeds


def _host(label: dict[str, Any]) -> str:
    host = label["host"].split(":")[0]
    return "" if host.startswith("(") else host


def _hits(result: Any, label: dict[str, Any]) -> list[Any]:
    host = _host(label)
    return [
        finding
        for finding in result.findings
        if finding.identifier in OURS[label["type"]]
        and (label["frame"] == finding.message_frames[0] or label["frame"] in finding.frames)
        and (not host or host in {finding.destination.host, finding.destination.ip})
        and (
            label["type"] in {"device_model", "password"}
            or label["value"].startswith("(")
            or _same(label["value"], finding)
        )
    ]


def _same(value: str, finding: Any) -> bool:
    plain = "".join(filter(str.isalnum, value)).lower()
    return any(
        plain in "".join(filter(str.isalnum, text)).lower()
        or (text and "".join(filter(str.isalnum, text)).lower() in plain)
        for text in (finding.value, finding.spelling)
    )


@pytest.mark.parametrize("seeded", [False, True], ids=["without a subject file", "with a subject file"])
def test_every_label_that_must_be_reported_is_found(corpus: Path, seeded: bool) -> None:
    labels = _labels(corpus)
    missed = []
    wanted = [label for label in labels if label["expect"] in {"report", "report-lower-certainty"}]
    for label in wanted:
        seeds = _subject(corpus, label["file"]) if seeded else ()
        if not _hits(_scanned(corpus / label["file"], seeds), label):
            missed.append(
                f"{label['id']} {label['file']} frame {label['frame']} {label['type']} ({label['field']})"
            )
    print(
        f"\n{len(wanted) - len(missed)} of {len(wanted)} labels found ({'with' if seeded else 'without'} a subject file)"
    )
    assert not missed, "\n".join(missed)


def test_values_known_beforehand_are_proven_and_not_only_inferred(corpus: Path) -> None:
    labels = _labels(corpus)
    for label in labels:
        if label["expect"] != "report" or label["type"] not in SEEDED or label["value"].startswith("("):
            continue
        seeds = _subject(corpus, label["file"])
        if not any(_same(label["value"], seed_as_finding) for seed_as_finding in map(_as_finding, seeds)):
            continue
        hits = _hits(_scanned(corpus / label["file"], seeds), label)
        assert any(finding.grade in {"observed", "derived"} for finding in hits), label["id"]


def _as_finding(seed: Seed) -> Any:
    class Plain:
        value = seed.value
        spelling = seed.value

    return Plain()


def test_what_looks_like_an_identifier_and_is_none_stays_silent(corpus: Path) -> None:
    for label in _labels(corpus):
        if label["expect"] == "must-not-report-as-identifier":
            assert not _hits(_scanned(corpus / label["file"], ()), label), label["id"]


def test_what_cannot_be_read_is_counted_per_destination(corpus: Path) -> None:
    for label in _labels(corpus):
        if label["expect"] == "report-as-opaque":
            rows = [
                row
                for row in _scanned(corpus / label["file"], ()).opaque
                if row.destination.host == _host(label)
            ]
            assert sum(row.bytes for row in rows) >= 200, label["id"]
            assert {row.reason for row in rows} & {"high-entropy", "encrypted", "unknown-format"}
