from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.intake.ringfiles import RingFiles
from vitne.lab.stretch import stretched
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path


def test_several_files_become_one_with_every_time_moved(tmp_path: Path) -> None:
    files = RingFiles(tmp_path / "raw", interface="r0", most_bytes=1, most_ns=10**15)
    for second in (10, 11, 12):
        files.add([(second * 10**9, 64, bytes(64))])
    files.gap(13 * 10**9, "a test")
    files.close()
    assert len(files.finished) == 4
    count = stretched(
        files.finished, tmp_path / "all.pcapng", lambda time_ns: 10**18 + (time_ns - 10**10) * 60
    )
    assert count == 3
    result = run_scan([tmp_path / "all.pcapng"], Options(jobs=1))
    [capture] = result.captures
    assert (capture.packets, capture.first_ns, capture.last_ns) == (3, 10**18, 10**18 + 120 * 10**9)
