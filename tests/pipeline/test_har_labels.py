"""Every label that TrackHAR gave the exports of the corpus is found at its entry.

Run by hand for the figure: ``python -m pytest tests/pipeline/test_har_labels.py -q -s``.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import vitne

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.corpus

OURS = {
    # property in the labels -> identifiers of ours that say the same
    "advertisingId": {"advertising-id"},
    "deviceId": {"device-id", "install-id"},
    "userId": {"device-id", "install-id", "account-name"},
    "sessionId": {"session-id"},
    "localIp": {"local-ip"},
    "carrier": {"operator"},
    "country": {"device-attribute"},
    "timezone": {"time-zone"},
    "model": {"device-model"},
    "manufacturer": {"device-attribute", "device-model"},
    "architecture": {"device-attribute", "device-model"},
    "osName": {"os-version"},
    "osVersion": {"os-version"},
    "language": {"device-attribute"},
    "appId": {"app-id"},
}
OTHER = {
    # properties of the app, the screen and the moment: no identifier, location, device, carrier or address
    "appName", "appVersion", "batteryLevel", "diskFree", "diskTotal", "isCharging", "isEmulator",
    "isInForeground", "isRooted", "networkConnectionType", "orientation", "ramFree", "ramTotal",
    "screenHeight", "screenWidth", "startTime", "timeSpent", "trackerSdkVersion", "viewedPage",
}  # fmt: skip


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each)
    else:
        yield str(value)


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _labels(corpus: Path) -> Iterator[tuple[str, int, str, str, str]]:
    """Yield file, entry, property, path and value of each label that counts."""
    told = json.loads((corpus / "har" / "reporthar" / "labels-trackhar.json").read_text(encoding="utf-8"))
    for file, rows in told["files"].items():
        for row in rows:
            for label in row["data"]:
                assert label["property"] in OURS or label["property"] in OTHER, label["property"]
                for value in _values(label["value"]):
                    if label["property"] in OURS:
                        yield file, row["entry"], label["property"], label["path"], value


def test_every_label_is_found_at_its_entry(corpus: Path) -> None:
    results: dict[str, Any] = {}
    missed, count = [], Counter[str]()
    for file, entry, kind, path, value in _labels(corpus):
        if file not in results:
            results[file] = vitne.scan(corpus / "har" / "reporthar" / file, reveal=True)
        count[kind] += 1
        hits = [
            finding
            for finding in results[file].findings
            if finding.message_frames == (entry, entry)
            and finding.direction == "sent"
            and finding.identifier in OURS[kind]
            and _plain(value) in {_plain(finding.value), _plain(finding.spelling)}
            and finding.protection == "decrypted"
            and finding.delivery in {"accepted", "refused"}
        ]
        if not hits:
            missed.append(f"{file} entry {entry} {kind} ({path})")
    print(f"\n{count.total() - len(missed)} of {count.total()} labels found: {dict(sorted(count.items()))}")
    assert not missed, "\n".join(missed)


def test_every_other_export_of_the_corpus_is_read_to_its_end(corpus: Path) -> None:
    for path in sorted((corpus / "har" / "mitmproxy").glob("*.har")):
        result = vitne.scan(path, reveal=True)
        assert not result.failed
        if path.name == "brokenfile.har":
            assert [gap.kind for gap in result.gaps] == ["malformed"]
        else:
            assert result.captures[0].packets == len(
                json.loads(path.read_text("utf-8-sig"))["log"]["entries"]
            )
            assert result.gaps == []
