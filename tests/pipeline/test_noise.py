"""Noise that is counted by columns, told like noise that is read."""

from __future__ import annotations

import struct
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.fuzz.fuzz_scan import one
from tests.pipeline.talk import IMEI, OTHER_HOST, PHONE, SERVER_HOST, TABLET, Talk, get
from tests.pipeline.test_closed import read_of
from tests.pipeline.test_plain import SUBJECT, told
from vitne.lab.wire import CLIENT, SERVER

if TYPE_CHECKING:
    from pathlib import Path

RECORD = b'{"imei":"%s","n":1}' % IMEI.encode()


def combined(data: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data))


def said(rng: Random) -> bytes:
    """Give what one side may say at a time."""
    noise = rng.randbytes(rng.choice([1, 5, 20, 146, 146, 700, 3000]))
    where = struct.pack("<ii", 599139000, 107522000) + struct.pack(">dd", 59.9139, 10.7522)
    return rng.choice(
        [
            *[noise] * 8,
            combined(RECORD, bytes([rng.randrange(128, 256)])),
            combined(RECORD * 2, rng.randbytes(4)),
            bytes((byte + 77) & 255 for byte in RECORD),
            noise + IMEI.encode() + noise,
            noise + where + noise,
            b"\x80" + rng.randbytes(3) + bytes(60),
            b"\x08\x96\x01\x12\x07testing" + noise[:20],
            b"plain text that says nothing\x00\x01",
            bytes(rng.randrange(1, 60)),
            b"\x0b\x01\x02\x03\xff" * 9,
            noise + b"\x00\x00\x5e\x00\x53\x01" + noise,
        ]
    )


def noisy(seed: int) -> Talk:
    rng, talk = Random(seed), Talk(seed)
    for number in range(90):
        turns = [(rng.choice([CLIENT, CLIENT, SERVER]), said(rng)) for _ in range(rng.choice([1, 1, 2, 3]))]
        conversation = talk.tcp(
            turns,
            phone=(PHONE, TABLET)[number % 2] if rng.random() < 0.9 else SERVER_HOST,
            server=rng.choice([SERVER_HOST, OTHER_HOST, OTHER_HOST, TABLET]),
            port=rng.choice([7070, 7070, 9999]),
            cuts=rng.choice([(), (), (3,), (1, 50)]),
        )
        if rng.random() < 0.2:  # it goes on much later: another message
            conversation.now += 30_000_000_000
            conversation.send(CLIENT, said(rng))
            talk.now = conversation.now
        if number % 20 == 0:
            talk.ask(get(f"/?imei={IMEI}"))
    return talk


@pytest.mark.parametrize("seed", range(6))
def test_what_is_counted_is_told_as_if_it_were_read(tmp_path: Path, seed: int) -> None:
    talk = noisy(seed)
    frames = talk.frames()
    if seed % 2:
        rng = Random(seed)
        frames = [frame for frame in frames if rng.random() > 0.02]
        frames = sorted(frames + rng.sample(frames, 20), key=lambda frame: frame[0])
    path = talk.write(tmp_path / "c.pcap", frames)
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    assert any(one["protocol"] == "stream" for one in slow["findings"])
    assert not any(gap["kind"] == "internal" for gap in fast["gaps"])


def test_noise_is_not_read_and_what_hides_under_a_key_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, talk = Random(3), Talk()
    for number in range(30):
        noise = rng.randbytes(400)
        key = b"\xa5\x17\xc3\x99"
        talk.tcp([(CLIENT, combined(RECORD, key) if number == 7 else noise), (SERVER, noise)], port=7070)
    talk.ask(get("/"))
    result, read = read_of(talk.write(tmp_path / "c.pcap"), monkeypatch)
    assert 7 in read
    assert len(read) < 10
    [finding] = [one for one in result["findings"] if one["identifier"] == "imei"]
    assert "xor" in [layer["codec"] for layer in finding["layers"]]
    rows = [row for row in result["sent"] if row["protocol"] == "stream"]
    assert len(rows) == 30
    assert {row["delivery"] for row in rows} == {"acknowledged"}
    [total] = [one for one in result["opaque"] if one["reason"] == "unknown-format"]
    assert total["flows"] == 30


def test_without_a_subject_noise_is_counted_alike(tmp_path: Path) -> None:
    path = noisy(11).write(tmp_path / "c.pcap")
    nobody = type(SUBJECT)()
    fast: Any = told(path, shortcuts=True, subject=nobody)
    assert fast == told(path, shortcuts=False, subject=nobody)


def test_flows_of_known_form_alone_leave_nothing_to_count() -> None:
    found_by_fuzzing = bytes.fromhex(
        "008f004b006131204c4f47494e2047494e2047494e20226b61726922207b347d0d0a706173730d0a6132204944202822"
        "6e616d652220227822290d0a613320415050454e442053656e74207b35223a222d2e22e2e2749666c5e9ef2b7d0d0a61"
        "3a20620a0d0a018f00710061204f49206b72227b7d0a61734ba588923819670a3249202261652078290a3341504e2065"
        "747b2b0d61200a0a6131204c4f47494e20226b61726922207b347d0d0a706173730d0a61322049442028226e616d6522"
        "20227822290d0a613320415050454e442053656e74207b352b7d0d0a613a20620a0d0a"
    )
    one(found_by_fuzzing)
