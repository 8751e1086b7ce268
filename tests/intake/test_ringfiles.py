from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from vitne.intake.ringfiles import RingFiles
from vitne.model import StoreError
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path

    from vitne.intake.live import Frame


def made(folder: Path, **more: int) -> RingFiles:
    asked = {"most_bytes": 10**9, "most_ns": 10**18, **more}
    return RingFiles(folder, interface="wlan0", **asked)  # type: ignore[arg-type]


def frame(at: int, size: int = 60) -> Frame:
    return at * 10**9 + 123, size + 5, bytes(size)


def test_what_is_written_is_read_back_frame_by_frame(tmp_path: Path) -> None:
    files = made(tmp_path)
    files.add([frame(1), frame(2, 61), frame(3, 1500)])
    files.close()
    [capture] = run_scan(files.finished, Options(jobs=1)).captures
    assert (capture.packets, capture.first_ns, capture.last_ns) == (3, 10**9 + 123, 3 * 10**9 + 123)
    assert (capture.interfaces[0].name, capture.interfaces[0].link_type, capture.clock) == ("wlan0", 1, "ns")


def test_a_gap_is_a_statistics_block_with_the_kernels_count(tmp_path: Path) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    files = made(tmp_path)
    files.add([frame(1)])
    files.gap(2 * 10**9, "the kernel dropped 7 frames", dropped=7)
    files.add([frame(3)])
    files.close()
    run = subprocess.run(
        ["tshark", "-r", str(files.finished[0]), "-T", "fields", "-e", "frame.len"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["65", "65"]
    data = files.finished[0].read_bytes()
    assert b"the kernel dropped 7 frames" in data
    assert b"\x04\x00\x08\x00" + (7).to_bytes(8, "little") in data  # epb_dropcount
    assert b"\x05\x00\x08\x00" + (7).to_bytes(8, "little") in data  # isb_ifdrop


def test_files_roll_by_size_and_by_age_and_the_oldest_go(tmp_path: Path) -> None:
    files = made(tmp_path, most_bytes=300, keep=2)
    for second in range(6):
        files.add([frame(second, 200)])
    files.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "capture-000005.pcapng",
        "capture-000006.pcapng",
    ]
    aged = made(tmp_path / "b", most_ns=5 * 10**9)
    for second in (0, 2, 5, 6):
        aged.add([frame(second)])
    aged.close()
    assert len(aged.finished) == 2


def test_a_second_capture_into_a_folder_overwrites_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        files = made(tmp_path)
        files.add([frame(1)])
        files.close()
    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_captured_writes_nothing_and_a_bad_folder_is_said(tmp_path: Path) -> None:
    made(tmp_path / "c").close()
    assert list((tmp_path / "c").iterdir()) == []
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError):
        made(tmp_path / "file")


def test_a_scan_says_what_the_capture_missed_and_where(tmp_path: Path) -> None:
    files = made(tmp_path)
    files.add([frame(1)])
    files.gap(2 * 10**9, "the kernel dropped 7 frames", dropped=7)
    files.add([frame(3), frame(4)])
    files.close()
    gaps = [gap for gap in run_scan(files.finished, Options(jobs=1)).gaps if "missing" in gap.why]
    assert [(gap.kind, gap.why, gap.frame) for gap in gaps] == [
        ("limit", "frames are missing: the kernel dropped 7 frames", 2)
    ]
