"""Several invented phones: what tshark sees of them is what the story tells."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from vitne.lab.several import BOOTS, capture

if TYPE_CHECKING:
    from pathlib import Path


def _records(file: Path) -> list[tuple[str, dict[str, str]]]:
    run = subprocess.run(
        [
            "tshark",
            "-r",
            str(file),
            "-Y",
            "http.request",
            "-T",
            "fields",
            "-e",
            "eth.src",
            "-e",
            "http.file_data",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    out = []
    for line in run.stdout.splitlines():
        source, data = line.split("\t")
        text = (
            bytes.fromhex(data) if set(data) <= set("0123456789abcdef") else data.replace("\\n", "").encode()
        )
        out.append((source, json.loads(base64.b64decode(text))))
    return out


@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_each_phone_registers_with_two_cards_and_its_own_imei(tmp_path: Path) -> None:
    file = tmp_path / "several.pcapng"
    file.write_bytes(capture())
    by_phone: dict[str, list[dict[str, str]]] = {}
    for source, record in _records(file):
        by_phone.setdefault(source, []).append(record)
    assert len(by_phone) == 3
    for source, records in by_phone.items():
        assert len({record["IMEI1"] for record in records}) == 1
        assert len({record["SIM1ICCID"] for record in records}) == 2
        assert {record["MACID"].lower() for record in records} == {source}


def test_the_same_seeds_give_the_same_bytes_and_further_fields_on_demand() -> None:
    assert capture() == capture()
    assert capture((4,)) != capture((5,))
    assert len(capture(more=True)) > len(capture())
    assert len(BOOTS) == 2
