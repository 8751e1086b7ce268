from __future__ import annotations

from vitne.encodings import encodings
from vitne.identify.overlaps import Found, innermost
from vitne.model import Child, Node, Part

PART = Part(path="body", start=0, end=100)


class _Slice:
    """An encoding whose child is a plain slice."""

    name, summary, specification, readable, exact = "slice", "", "", True, True

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        return child.start + start, child.start + end


def _root(data: bytes = b"x" * 100) -> Node:
    return Node(data, part=PART)


def _below(parent: Node, start: int, end: int) -> Node:
    child = Child(data=parent.data[start:end], start=start, end=end)
    return Node(child.data, part=PART, parent=parent, child=child, encoding=_Slice())


def _found(node: Node, start: int, end: int, *, seed: int = 0, layers: int = 0) -> Found:
    return Found(node=node, start=start, end=end, seed=seed, needle=0, layers=layers)


def test_of_a_node_and_one_unwrapped_from_it_the_inner_one_counts():
    root = _root()
    leaf = _below(_below(root, 10, 60), 5, 20)
    outer, inner = _found(root, 15, 30), _found(leaf, 0, 15)
    assert innermost([outer, inner]) == [inner]


def test_the_same_value_at_two_places_is_two():
    root = _root()
    first, second = _below(root, 0, 20), _below(root, 30, 50)
    hits = [_found(first, 0, 15), _found(second, 0, 15), _found(root, 60, 75)]
    assert innermost([*hits, _found(root, 0, 15), _found(root, 30, 45)]) == hits


def test_of_two_readings_of_the_same_bytes_the_longer_way_counts():
    root = _root()
    short, long = _below(root, 10, 40), _below(_below(root, 10, 40), 0, 30)
    assert innermost([_found(short, 0, 15), kept := _found(long, 0, 15)]) == [kept]


def test_values_of_different_seeds_do_not_cover_one_another():
    root = _root()
    hits = [_found(root, 0, 15), _found(root, 0, 15, seed=1)]
    assert innermost(hits) == hits


def test_of_overlapping_spellings_the_longest_counts():
    root = _root()
    hits = [_found(root, 1, 15), kept := _found(root, 0, 16), _found(root, 2, 12)]
    assert innermost(hits) == [kept]


def test_two_values_in_one_compressed_body_are_two():
    class _Whole(_Slice):
        def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
            return child.start, child.end

    root = _root()
    node = Node(
        b"y" * 50, part=PART, parent=root, child=Child(data=b"y" * 50, start=0, end=90), encoding=_Whole()
    )
    first, second = _below(node, 0, 20), _below(node, 20, 40)
    hits = [_found(first, 0, 15), _found(second, 0, 15)]
    assert innermost(hits) == hits
    assert innermost([_found(node, 0, 15), _found(node, 30, 45)]) != []


def test_thousands_of_hits_are_settled_in_time():
    root = _root(b"x" * 40_000)
    leaves = [_below(root, at, at + 10) for at in range(0, 40_000, 10)]
    hits = [_found(leaf, 0, 10) for leaf in leaves]
    assert len(innermost([*hits, *(_found(root, at, at + 10) for at in range(0, 40_000, 10))])) == 4000


def test_the_encodings_of_the_house_give_ranges_that_can_be_compared():
    assert callable(next(iter(encodings().values())).locate)
