"""Units of exchanges put together into batches of streams."""

from __future__ import annotations

import numpy as np

from vitne.model import StreamBatch


class Batch:
    """A StreamBatch in the making."""

    def __init__(self) -> None:
        self.size = 0
        self.data: list[bytes] = []
        self.flow: list[int] = []
        self.piece: list[tuple[int, int, int]] = []  # side, start, end
        self.run: list[tuple[int, int, int, int, int]] = []  # piece, position, length, offset, row

    def add(self, number: int, units: list[tuple[int, bytes]], row: int) -> None:
        """Take the units of one flow, side and bytes; a side that sent nothing has no piece."""
        for side in (0, 1):
            own = [(data, row + at) for at, (of, data) in enumerate(units) if of == side]
            if not own:
                continue
            start = self.size
            for data, at in own:
                self.run.append((len(self.flow), self.size, len(data), self.size - start, at))
                self.data.append(data)
                self.size += len(data)
            self.flow.append(number)
            self.piece.append((side, start, self.size))

    def give(self) -> StreamBatch:
        """Give what was taken."""
        piece = np.array(self.piece, dtype=np.int64).reshape(-1, 3)
        run = np.array(self.run, dtype=np.int64).reshape(-1, 5)
        return StreamBatch(
            data=np.frombuffer(b"".join(self.data), dtype=np.uint8),
            flow=np.array(self.flow, dtype=np.uint32),
            side=piece[:, 0].astype(np.uint8),
            start=piece[:, 1].copy(),
            end=piece[:, 2].copy(),
            base=np.zeros(len(piece), dtype=np.int64),
            last=np.ones(len(piece), dtype=bool),
            run_piece=run[:, 0].astype(np.uint32),
            run_position=run[:, 1].copy(),
            run_length=run[:, 2].astype(np.uint32),
            run_offset=run[:, 3].copy(),
            run_row=run[:, 4].astype(np.uint32),
        )
