from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np

from tests.pipeline.har import entry, har
from vitne.exports.formats import har as form
from vitne.intake.received import Buffer
from vitne.model import Gap
from vitne.pipeline.exportreader import ExportReader, Unpacked

DATA = har(entry(), entry())


def _reader(data: bytes) -> ExportReader:
    return ExportReader(Unpacked(Buffer(np.frombuffer(data, np.uint8))), form, Path("dir/a.har"), "a.har")


def test_the_capture_is_the_file_as_received() -> None:
    packed = gzip.compress(DATA)
    reader = _reader(packed)
    reader.count(2, (5, 7))
    capture = reader.capture
    assert capture.sha256 == hashlib.sha256(packed).hexdigest()
    assert (capture.size, capture.compression, capture.format) == (len(packed), "gzip", "har")
    assert (capture.packets, capture.first_ns, capture.last_ns, capture.unit) == (2, 5, 7, "entry")
    assert bytes(reader.buffer) == DATA
    assert bytes(reader.received) == packed
    reader.close()
    assert reader.capture == capture


def test_entries_are_read_by_their_range() -> None:
    reader = _reader(DATA)
    spans = [span for span in reader.spans() if not isinstance(span, Gap)]
    assert len(spans) == 2
    assert [len(list(reader.read(span))) for span in spans] == [1, 1]
    reader.close()


def test_an_export_in_cut_gzip_is_read_as_far_as_it_goes() -> None:
    packed = gzip.compress(har(*[entry(f"http://a{n}.example/") for n in range(400)]))
    reader = _reader(packed[: len(packed) // 2])
    found = list(reader.spans())
    assert sum(not isinstance(one, Gap) for one in found) > 10
    assert [one.kind for one in found if isinstance(one, Gap)] == ["truncated-file", "truncated-file"]
    reader.close()
