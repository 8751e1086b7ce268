"""A slice of the capture for each finding: its frames alone, each with a comment on what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.evidence.pcapng import Frame, write
from vitne.intake.reader import CaptureReader
from vitne.model import RecordChunk
from vitne.pipeline.inputs import open_inputs
from vitne.report.blocks import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Finding

_MOST_FRAMES = 10_000


def slices(paths: Sequence[str], findings: Sequence[Finding]) -> dict[str, bytes]:
    """Give a pcapng for each finding by its id; those of exports, which have no packets, are left out.

    Raises CaptureError where no capture can be read.
    """
    wanted: dict[str, dict[int, None]] = {}
    for finding in findings:
        wanted.setdefault(finding.capture["sha256"], {}).update(dict.fromkeys(_numbers(finding)))
    packets: dict[tuple[str, int], Frame] = {}
    every = {number for numbers in wanted.values() for number in numbers}
    opened = open_inputs(paths, stdin=None)
    for reader in opened.readers:
        if isinstance(reader, CaptureReader):
            held = list(frames_of(reader, every))
            digest = reader.capture.sha256  # known when all is read
            packets |= {(digest, number): frame for number, frame in held}
        reader.close()
    return {
        finding.id: write(_framed(finding, packets), _about(finding))
        for finding in findings
        if (finding.capture["sha256"], finding.frames[0] if finding.frames else -1) in packets
    }


def frames_of(reader: CaptureReader, numbers: set[int]) -> Iterator[tuple[int, Frame]]:
    """Yield the frames of a capture that have one of these numbers, with their times."""
    first = 1
    for chunk in reader.chunks():
        if not isinstance(chunk, RecordChunk):
            continue
        for number in sorted(numbers & set(range(first, first + len(chunk.offset)))):
            row = number - first
            start, size = int(chunk.offset[row]), int(chunk.cap_length[row])
            data = reader.buffer[start : start + size].tobytes()
            length, link = int(chunk.orig_length[row]), int(chunk.link_type[row])
            yield number, Frame(int(chunk.time_ns[row]), link, length, data)
        first += len(chunk.offset)


def _numbers(finding: Finding) -> list[int]:
    return sorted({*finding.frames, finding.message_frames[0]})[:_MOST_FRAMES]


def _framed(finding: Finding, packets: dict[tuple[str, int], Frame]) -> list[Frame]:
    digest = finding.capture["sha256"]
    frames = []
    for number in _numbers(finding):
        held = packets.get((digest, number))
        if held is not None:
            where = "holds" if number in finding.frames else "begins the message with"
            note = f"frame {number} of {finding.capture['name']} {where} {finding.id}: {finding.value}"
            frames.append(held._replace(comment=shown(note)))
    return frames


def _about(finding: Finding) -> str:
    layers = " > ".join(f"{each['codec']}:{each['path']}" for each in finding.layers)
    start, end = finding.value_range
    note = (
        f"vitne {finding.id}: {finding.identifier} in {layers}, bytes {start} to {end} of the innermost layer"
    )
    return shown(note, 1000)
