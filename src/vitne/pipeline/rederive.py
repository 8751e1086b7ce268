"""All findings of a case read back from the raw captures at once: place, decoding and wrapping again.

The recorded layers are walked from the stream down; nothing that the case says of the value is believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.model import Malformed, Secrets
from vitne.pipeline.reopenings import Reopenings
from vitne.pipeline.replay import _node, _works
from vitne.pipeline.traffic import devices_of, give_keys, open_traffic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vitne.attribute import Devices
    from vitne.model import Finding, Node
    from vitne.pipeline.openings import Openings
    from vitne.pipeline.traffic import Traffic


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """What reading one finding again gave."""

    spelling: bytes | None  # the bytes that stand in the innermost layer; None where its layers were not met
    rewraps: bool = False  # wrapping them again, layer by layer, gives the captured bytes
    stream_range: tuple[int, int] = (0, 0)  # where they stand in the stream or datagram
    inner: bytes = b""  # the innermost layer
    steps: tuple[tuple[str, str], ...] = ()  # codec and path of each layer, outermost first
    why: str = ""  # where it was not met


def rederive(
    paths: Sequence[str | Path],
    findings: Sequence[Finding],
    *,
    keys: Sequence[str | Path] = (),
    secrets: Secrets | None = None,
) -> dict[str, Again]:
    """Read findings again, by id; raises CaptureError where no capture can be read at all.

    ``keys`` are the key logs of the scan, ``secrets`` the keys of senders; what needs one is tried alone.
    """
    _, traffics, _ = open_traffic(paths, stdin=None, progress=lambda *_: None)
    again: dict[str, Again] = {}
    try:
        give_keys(traffics, keys)
        wanted: dict[int, list[Finding]] = {}
        for finding in findings:
            wanted.setdefault(finding.flow, []).append(finding)
        devices = devices_of(traffics)
        for number in sorted(wanted):
            _flow(traffics, number, wanted[number], again, devices=devices)
            for finding in wanted[number]:
                if finding.id not in again:
                    opener = Reopenings(secrets or Secrets(), finding)
                    _flow(traffics, number, [finding], again, opener=opener, devices=devices)
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()
    missing = Again(spelling=None, why="its layers were not met in the flow and frames that the case names")
    return {finding.id: again.get(finding.id, missing) for finding in findings}


def _flow(  # noqa: PLR0913  (one flow, and all that is known of it)
    traffics: list[Traffic],
    number: int,
    findings: list[Finding],
    again: dict[str, Again],
    *,
    devices: Devices,
    opener: Openings | None = None,
) -> None:
    for traffic in traffics:
        own = number - traffic.first_flow
        if not 0 <= own < traffic.walked.flow_count:
            continue
        for work in _works(traffics, traffic, own, opener=opener, devices=devices):
            first = int(traffic.walked.frame_of(np.asarray(work.rows))[0])
            for finding in findings:
                if finding.message_frames[0] != first or finding.id in again:
                    continue
                node = _node(work, finding)
                if node is not None:
                    again[finding.id] = _read(node, finding)


def _read(node: Node, finding: Finding) -> Again:
    start, end = finding.value_range
    try:
        return Again(
            spelling=node.data[start:end],
            rewraps=node.rewraps(),
            stream_range=node.place(start, end),
            inner=node.data,
            steps=tuple((layer.codec, layer.path) for layer in node.path(finding.protocol)),
        )
    except Malformed as error:
        return Again(spelling=None, why=f"it cannot be wrapped again: {error.why}")
