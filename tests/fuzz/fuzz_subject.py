"""Any file is a subject or a UsageError that does not repeat what it holds."""

from __future__ import annotations

import tempfile
from pathlib import Path

from vitne.identify.subject import read_subject
from vitne.model import UsageError

SEEDS = [
    b'[[known]]\nidentifier = "imei"\nvalue = "490154203237518"\nname = "mine"\n',
    b'[[known]]\nidentifier = "location"\nlatitude = 60.39299\nlongitude = 5.32415\nradius_m = 150\n',
    b'[[known]]\nidentifier = "cell-id"\nmcc = "001"\nmnc = "01"\ntac = 30001\nci = 26713345\n',
    b'[[known]]\nidentifier = "msisdn"\nvalue = "+4721000001"\n[[known]]\nidentifier = "ssid"\nvalue = "hjemme"\n',
    b'[[known]]\nidentifier = "meid"\nvalue = "268435456000000001"\n[[known]]\nidentifier = "email-address"\nvalue = "a@b.example"\n',
]
_VALUES = (
    "490154203237518",
    "4721000001",
    "268435456000000001",
    "a@b.example",
    "60.39299",
    "26713345",
)
"""What the seeds hold: no message may repeat it."""


def one(data: bytes) -> None:
    """Read some bytes as a subject file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "subject.toml"
        path.write_bytes(data)
        try:
            subject, _ = read_subject(path)
        except UsageError as error:
            told = str(error)
        else:
            told = ""
            assert all(seed.name for seed in subject.seeds)
        assert not any(value in told for value in _VALUES)
