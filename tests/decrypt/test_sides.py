from __future__ import annotations

from vitne.decrypt.records import DATA, HANDSHAKE, LOST, Record
from vitne.decrypt.sides import Epoch, Ladder, OpenedSide, inside_length


class Lock:
    """Opens the record whose payload is its own name and the number."""

    overhead = 17

    def __init__(self, name: str) -> None:
        self.name = name
        self.tried = 0

    def open(self, number: int, header: bytes, payload: bytes) -> tuple[int, bytes, int] | None:
        self.tried += 1
        return (DATA, payload, len(payload)) if payload == f"{self.name}{number}".encode() else None


def record(payload: bytes, start: int = 0) -> Record:
    return Record(DATA, start, start + 5 + len(payload), b"\x17\x03\x03\x00\x00", payload)


def test_records_open_one_after_the_other() -> None:
    ladder = Ladder([Epoch("a", Lock("a"))])
    assert ladder.open(record(b"a0"))
    assert ladder.open(record(b"a1"))
    assert ladder.open(record(b"a1")) is None


def test_the_next_epoch_is_found_when_its_beginning_was_not_announced() -> None:
    ladder = Ladder([Epoch("a", Lock("a")), Epoch("b", None), Epoch("c", Lock("c"))])
    assert ladder.open(record(b"a0"))
    assert ladder.open(record(b"c0"))
    assert ladder.now.name == "c"
    assert ladder.open(record(b"a1")) is None, "there is no way back"


def test_behind_a_hole_as_many_numbers_are_tried_as_records_may_be_missing() -> None:
    ladder = Ladder([Epoch("a", Lock("a"))])
    assert ladder.open(record(b"a0"))
    ladder.skipped(22 * 10)
    assert ladder.open(record(b"a13")) is None
    assert ladder.open(record(b"a11"))
    assert ladder.open(record(b"a13")) is None, "the hole is behind us"


def test_the_tries_of_one_side_are_bounded() -> None:
    lock = Lock("a")
    ladder = Ladder([Epoch("a", lock)])
    for _ in range(100):
        ladder.skipped(1 << 30)
        assert ladder.open(record(b"x")) is None
        ladder.failed(known=True)
    assert lock.tried < 20_000


def test_damaged_records_count_where_the_keys_are_known_to_fit() -> None:
    ladder = Ladder([Epoch("a", Lock("a"))])
    assert ladder.open(record(b"a0"))
    for _ in range(3):
        assert ladder.open(record(b"damaged")) is None
        ladder.failed(known=True)
    assert ladder.open(record(b"a4"))


def test_what_was_not_read_leaves_a_jump_and_is_counted_by_reason() -> None:
    side = OpenedSide()
    side.add((DATA, b"hello\x17", 5), record(b"c" * 22, 100))
    side.lose("no-key", record(b"c" * 27, 127), inside=10)
    side.lose("missing-segment", Record(LOST, 159, 259, b"", None), inside=0)
    side.add((DATA, b"world", 5), record(b"c" * 22, 259))
    side.add((DATA, b"", 0), record(b"c" * 17, 286))
    side.finish()
    assert side.data == b"helloworld"
    assert side.offsets.tolist() == [0, 15]
    assert side.positions.tolist() == [0, 5]
    assert side.unread == {"no-key": 27, "missing-segment": 100}
    assert (side.first_unread, side.last_unread) == (127, 259)
    assert side.wire(0, 1) == (100, 127)
    assert side.wire(0, 16) == (100, 286)
    assert side.wire(15, 20) == (259, 286)


def test_a_side_without_anything_has_empty_columns() -> None:
    side = OpenedSide()
    side.finish()
    assert (side.data, len(side.offsets), side.wire(0, 5)) == (b"", 0, (0, 0))


def test_the_length_inside_is_guessed_from_the_record() -> None:
    assert inside_length(record(b"c" * 30), Epoch("a", Lock("a"))) == 13
    assert inside_length(record(b"c" * 30), None) == 30
    assert inside_length(Record(LOST, 0, 50, b"", None), None) == 50
    assert inside_length(Record(HANDSHAKE, 0, 50, b"", None), None) == 0
