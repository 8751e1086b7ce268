"""Twin of vitne.pipeline.reopenings: findings behind keys are read back from the capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers import algorithms

from tests.pipeline.talk import IMEI, Talk, post
from tests.pipeline.test_openings import KEY, TEXT, closed, under
from vitne.identify.subject import read_subject
from vitne.model import Key, Secrets, StoreError
from vitne.pipeline import Options, run_scan
from vitne.pipeline.replay import replay

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.model import Finding

SECRETS = Secrets(keys=(Key(name="app", data=KEY),))


def told(tmp_path: Path, body: bytes) -> tuple[Path, Finding]:
    talk = Talk()
    talk.ask(post(body, kind="application/octet-stream"))
    path = talk.write(tmp_path / "a.pcap")
    subject = tmp_path / "subject.toml"
    subject.write_text(f'[[known]]\nidentifier = "imei"\nvalue = "{IMEI}"\n', encoding="utf-8")
    subject.chmod(0o600)
    options = Options(subject=read_subject(subject)[0], secrets=SECRETS)
    (one,) = [each for each in run_scan([path], options).findings if each.seed == "imei#1"]
    return path, one


def test_behind_a_key_of_the_user_it_needs_that_key(tmp_path: Path) -> None:
    path, finding = told(tmp_path, closed(TEXT, algorithms.AES(KEY), 16))
    assert replay([path], finding, [], secrets=SECRETS).spelling == IMEI.encode()
    with pytest.raises(StoreError, match="not met again"):
        replay([path], finding, [])


@pytest.mark.parametrize("hexed", [False, True])
def test_behind_a_key_that_a_value_yielded_it_needs_nothing(tmp_path: Path, *, hexed: bool) -> None:
    body = under(TEXT, b"\x21\x84\x07\xf1")
    path, finding = told(tmp_path, body.hex().encode() if hexed else body)
    back = replay([path], finding, [])
    assert back.spelling == IMEI.encode()
    assert "xor" in [step.codec for step in back.steps]
