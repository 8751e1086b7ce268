"""The ctypes side of the packet walk: sizes, bounds, refusals."""

from __future__ import annotations

import gc
import re
import resource
from pathlib import Path

import numpy as np
import pytest

from vitne.kernel import walk as kernel
from vitne.model import RecordChunk

HEADER = Path(kernel.__file__).with_name("walk.h").read_text()


def _chunk(count: int, **columns: np.ndarray) -> RecordChunk:
    standard = {
        "offset": np.zeros(count, np.uint64),
        "cap_length": np.zeros(count, np.uint32),
        "orig_length": np.zeros(count, np.uint32),
        "time_ns": np.zeros(count, np.int64),
        "link_type": np.ones(count, np.uint16),
    }
    return RecordChunk(**(standard | columns))


def test_the_structures_have_the_sizes_that_the_memory_sum_counts_with():
    assert kernel.ROW.itemsize == 32
    assert kernel.FLOW.itemsize == 88
    assert 32 + 4 + 4 <= 40
    assert 88 + 4 / 0.6 <= 100


def test_the_flags_are_those_of_the_header():
    for name in ("ROW_DUPLICATE", "ROW_FRAGMENT", "SIDE_BORROW", "SIDE_ACKED", "SIDE_SENT", "SIDE_SYN"):
        (value,) = re.findall(rf"\b{name} = (\d+)", HEADER)
        assert getattr(kernel, name) == int(value), name
    assert f"#define TALLIES {kernel.TALLIES}\n" in HEADER
    assert f"#define SIZE_BITS {kernel.SIZE_BITS}\n" in HEADER


def test_every_record_is_a_row_even_an_empty_one():
    walk = kernel.KernelWalk()
    walk.add(0, np.zeros(4, np.uint8), _chunk(1000))
    walk.finish()
    assert walk.row_count == 1000
    assert set(walk.rows()["flow"].tolist()) == {kernel.NO_FLOW}
    assert walk.tallies()["count"].tolist() == [1000]


def test_kernel_memory_cannot_be_written_from_here():
    walk = kernel.KernelWalk()
    walk.add(0, np.zeros(4, np.uint8), _chunk(1))
    with pytest.raises(ValueError, match="read-only"):
        walk.rows()["time"][0] = 1


@pytest.mark.parametrize(
    ("capture", "buffer", "columns"),
    [
        (0, np.zeros(4, np.uint16), {}),
        (0, np.zeros(8, np.uint8)[::2], {}),
        (0, np.zeros(4, np.uint8), {"time_ns": np.zeros(3, np.int64)}),
    ],
)
def test_a_callers_mistake_is_refused_before_the_kernel_sees_it(capture, buffer, columns):
    with pytest.raises(ValueError, match=r"buffer|columns"):
        kernel.KernelWalk().add(capture, buffer, _chunk(2, **columns))


def test_captures_come_in_ascending_order():
    walk = kernel.KernelWalk()
    walk.add(3, np.zeros(4, np.uint8), _chunk(1))
    with pytest.raises(ValueError, match="ascending"):
        walk.add(2, np.zeros(4, np.uint8), _chunk(1))


def test_an_absurd_capture_number_is_no_memory_not_a_crash():
    with pytest.raises(MemoryError):
        kernel.KernelWalk().add(1 << 20, np.zeros(4, np.uint8), _chunk(1))


def test_a_view_keeps_the_walk_alive_that_owns_its_memory():
    walk = kernel.KernelWalk()
    walk.add(0, np.zeros(4, np.uint8), _chunk(100_000, time_ns=np.arange(100_000)))
    times = walk.rows()["time"]
    del walk
    gc.collect()
    assert int(times.sum()) == sum(range(100_000))


def _datagrams(count: int) -> tuple[np.ndarray, RecordChunk]:
    """Give raw IP packets, one flow each, and their records."""
    packet = np.zeros((count, 28), np.uint8)
    packet[:, 0], packet[:, 3], packet[:, 8], packet[:, 9] = 0x45, 28, 64, 17
    packet[:, 12:16], packet[:, 16:20] = (192, 0, 2, 1), (198, 51, 100, 7)
    packet[:, 20], packet[:, 21] = np.arange(count) >> 8, np.arange(count) & 0xFF
    packet[:, 23], packet[:, 25] = 53, 8
    size = np.full(count, 28, np.uint32)
    columns = {"offset": np.arange(count, dtype=np.uint64) * 28, "cap_length": size, "orig_length": size}
    return packet.reshape(-1), _chunk(count, **columns, link_type=np.full(count, 101, np.uint16))


def _walked(chunks: int, count: int) -> kernel.KernelWalk:
    buffer, chunk = _datagrams(count)
    walk = kernel.KernelWalk()
    for _ in range(chunks):
        walk.add(0, buffer, chunk)
    walk.finish()
    return walk


def _tables(walk: kernel.KernelWalk) -> list[bytes]:
    flows = walk.flows()
    return [walk.rows().tobytes(), flows.tobytes(), walk.order(walk.row_count).tobytes()]


def test_tables_that_grow_into_files_say_the_same(monkeypatch: pytest.MonkeyPatch):
    held = _walked(5, 3000)
    monkeypatch.setattr(kernel, "SPILL_FROM", 20_000)
    filed = _walked(5, 3000)
    assert len(filed.flows()) == 3000
    assert _tables(filed) == _tables(held)
    sizes = [Path(f"/proc/self/fd/{file.fileno()}").stat().st_size for file in filed._files]
    assert sizes[0] >= 15_000 * 32
    assert sizes[1] >= 3000 * 88
    assert sizes[2] >= 15_000 * 4


def test_tables_stay_in_memory_where_no_file_can_grow(monkeypatch: pytest.MonkeyPatch):
    held = _walked(5, 3000)
    monkeypatch.setattr(kernel, "SPILL_FROM", 20_000)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, most[1]))
    try:
        full = _walked(5, 3000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert _tables(full) == _tables(held)
    monkeypatch.setattr(kernel, "TemporaryFile", _refused)
    assert _tables(_walked(5, 3000)) == _tables(held)


def _refused(**_options: object) -> None:
    raise OSError("no place for files")
