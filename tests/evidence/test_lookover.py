"""Twin of vitne.evidence.lookover: wherever a value stands in a bag, it is seen, and it is not said."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from vitne.evidence.lookover import look_over
from vitne.model import StoreError

if TYPE_CHECKING:
    from pathlib import Path

IMEI = "490154203237518"
MAPPING = [
    {"identifier": "imei", "original": IMEI, "stand_in": "0"},
    {"identifier": "location", "original": "1.0,2.0", "stand_in": "0"},
]


def test_a_bag_without_originals_passes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"4901542032375" + bytes(40))
    look_over(tmp_path, MAPPING)
    look_over(tmp_path, [])


@pytest.mark.parametrize(
    "data", [IMEI.encode(), base64.b64encode(b"q" + IMEI.encode()), IMEI.encode("utf-16-le")]
)
def test_a_value_in_a_file_is_seen_in_its_encodings_and_not_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "gaps.jsonl").write_bytes(b'{"why":"' + data + b'"}')
    with pytest.raises(StoreError, match=r"imei in deep/gaps\.jsonl") as told:
        look_over(tmp_path, MAPPING)
    assert IMEI not in str(told.value)


def test_a_value_in_the_name_of_a_file_is_seen_and_the_name_is_not_said(tmp_path: Path) -> None:
    (tmp_path / f"{IMEI}.pcap").write_bytes(b"")
    with pytest.raises(StoreError, match="imei in a name") as told:
        look_over(tmp_path, MAPPING)
    assert IMEI not in str(told.value)
