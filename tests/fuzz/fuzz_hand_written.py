"""Files that people write: policies, tables of fleets, schedules, known senders of their own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from vitne.catalog.given import take
from vitne.cli.identities import read_schedule
from vitne.fleet import read_manifest
from vitne.gate import read_policy
from vitne.model import UsageError

SEEDS: list[bytes] = [
    b'version = 1\n[[allow]]\nidentifiers = ["imei"]\nrecipients = ["*.example"]\nbecause = "x"\nwithin_s = 5\n',
    b'version = 1\n[[waiver]]\nfingerprint = "v1-00"\nreason = "r"\nexpires = 2026-12-31\n',
    b"capture,device,build\na.pcap,one,9\n*.pcap,,8\n",
    b'capture\tbuild\r\n"a"\t9\r\n',
    b'[[run]]\nword = 1\n[run.values]\n"imei slot 1" = "A"\n',
    b'id = "x"\ntitle = "t"\nlicence = "CC0-1.0"\nbecause = "b"\ndecoding = []\nfield = []\nexample = []\n[match]\n',
    b"x = " + b"[" * 300,
]


def one(data: bytes) -> None:
    """Read it as each kind; nothing but a usage error may come of it."""
    with tempfile.TemporaryDirectory() as folder:
        places = {name: Path(folder) / name for name in ("x.toml", "x.csv", "x.tsv")}
        for place in places.values():
            place.write_bytes(data)
        readers = (
            lambda: read_policy(places["x.toml"]),
            lambda: read_schedule(str(places["x.toml"])),
            lambda: take([str(places["x.toml"])], taken=()),
            lambda: read_manifest(str(places["x.csv"])),
            lambda: read_manifest(str(places["x.tsv"])),
        )
        for read in readers:
            try:
                read()
            except UsageError as error:
                assert str(error)  # noqa: PT017  (what is told is the contract)
        take([], taken=())
