"""Twin of vitne.pipeline.replay: a finding is read back from its capture, and from no other."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from tests.pipeline.talk import IMEI, Talk, post, subject
from vitne import scan
from vitne.model import StoreError
from vitne.pipeline.replay import replay

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.model import Finding


@pytest.fixture
def found(tmp_path: Path) -> tuple[Path, Finding]:
    inner = json.dumps({"IMEI1": IMEI}).encode()
    talk = Talk()
    talk.ask(post(base64.b64encode(inner), kind="text/plain"))
    path = talk.write(tmp_path / "a.pcap")
    [finding] = [one for one in scan(path, subject=subject(tmp_path)).findings if one.identifier == "imei"]
    return path, finding


def test_the_value_is_read_back_layer_by_layer(found: tuple[Path, Finding]) -> None:
    path, finding = found
    back = replay([path], finding, [])
    assert back.spelling == IMEI.encode()
    assert back.spelling in back.inner
    assert [step.codec for step in back.steps] == [layer["codec"] for layer in finding.layers][
        : len(back.steps)
    ]
    for step in back.steps:
        assert 0 <= step.start - step.outer_from <= step.end - step.outer_from <= len(step.outer)
        assert step.start <= step.value_start < step.value_end <= step.end


def test_another_capture_does_not_hold_the_finding(found: tuple[Path, Finding], tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(b"nothing"))
    other = talk.write(tmp_path / "other.pcap")
    with pytest.raises(StoreError, match="not met again"):
        replay([other], found[1], [])
