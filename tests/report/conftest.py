from __future__ import annotations

from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from vitne.lab import samples
from vitne.model import Also
from vitne.store.tables import TABLES, typed

BY_NAME = {table.name: table for table in TABLES}
HOSTILE = (
    "<script>alert(1)</script>", "\x1b[31mred\x1b]52;c;eA==\x07", "a\u202egpj.exe", "{{7*7}}", "[bold]x[/bold]",
    "x" + "\u0301" * 500, "\uffff\u200b", '" onmouseover="x', "=cmd()", "a\r\nb",
)  # fmt: skip


def outcome(**changes):
    """Give a case of hand-made nouns; any part may be given anew."""
    said = {
        "captures": [samples.capture()],
        "findings": samples.findings(),
        "opaque": samples.opaque(),
        "opened": (),
        "transmissions": samples.transmissions(),
        "gaps": samples.gaps(),
        "oddities": samples.oddities(),
        "partial": False,
    } | changes
    for name in ("opaque", "transmissions"):
        said[name] = typed(BY_NAME[name], said[name])
    return SimpleNamespace(**said)


def hostile_outcome(text):
    """Give a case where every foreign text is the one given."""
    where = samples.destination(host=text, domain=text)
    layers = ({"codec": "http", "path": text, "range": [0, 9], "params": {"x": text}},)
    found = samples.finding(
        value=text, spelling=text, field=text, seed=text, answer=text, reasons=(text,), destination=where,
        source=samples.source(device=text), layers=layers, filter=text, sender=text, capture={"name": text, "sha256": "0"},
        also=(Also(frames=(1,), layers=layers, field=text),),
    )  # fmt: skip
    opaque = [
        row | {"device": text, "destination": row["destination"] | {"host": text}} for row in samples.opaque()
    ]
    return outcome(
        captures=[samples.capture(name=text)],
        findings=[found, replace(found, kind="attribute", identifier="device-model", group="a")],
        opaque=opaque,
        gaps=[replace(samples.gaps()[0], why=text)],
        oddities=[replace(samples.oddities()[0], name=text, note=text)],
    )


@pytest.fixture
def case():
    return outcome()


@pytest.fixture
def make_case():
    return outcome


@pytest.fixture(params=HOSTILE, ids=lambda text: repr(text[:12]))
def hostile(request):
    return request.param, hostile_outcome(request.param)
