"""Nodes: the way down through the layers, and back up to the captured bytes."""

from __future__ import annotations

from vitne.model import Child, Limits, Malformed, Node, Part


class Shift:
    """A toy encoding: drops two bytes in front and adds one to each byte."""

    name, summary, specification, readable, exact = "shift", "", "", False, True

    def find(self, data: bytes, limits: Limits) -> object:
        return self.unwrap(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> object:
        yield Child(data=bytes(byte - 1 for byte in data[2:]), start=2, end=len(data), path="inner")

    def wrap(self, child: Child) -> bytes:
        return bytes(byte + 1 for byte in child.data)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        return child.start + start, child.start + end


class Packed(Shift):
    """The same as a compression: many wrappings, one content, no byte has a place of its own."""

    name, exact = "packed", False

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        return child.start, child.end

    def unwrap(self, data: bytes, limits: Limits) -> object:
        yield Child(data=bytes(byte - 1 for byte in data), start=0, end=len(data))


class Choosy(Packed):
    """A compression that does not take back what it wrote itself."""

    def unwrap(self, data: bytes, limits: Limits) -> object:
        raise Malformed("too short", at=0)


def nest(encoding: Shift, data: bytes) -> Node:
    root = Node(data, part=Part(path="body", start=100, end=100 + len(data), field="top"))
    child = Child(data=bytes(byte - 1 for byte in data[2:]), start=2, end=len(data), path="inner")
    return Node(child.data, part=root.part, parent=root, child=child, encoding=encoding)  # type: ignore[arg-type]


def test_the_path_names_each_layer_with_its_range_in_the_layer_before() -> None:
    layers = nest(Shift(), b"--bcde").path("http")
    assert [(layer.codec, layer.path, layer.start, layer.end) for layer in layers] == [
        ("http", "body", 100, 106),
        ("shift", "inner", 2, 6),
    ]


def test_a_place_is_found_in_the_stream_through_all_layers() -> None:
    assert nest(Shift(), b"--bcde").place(1, 3) == (103, 105)
    assert nest(Packed(), b"--bcde").place(1, 3) == (102, 106)


def test_wrapping_again_gives_the_captured_bytes_or_says_no() -> None:
    node = nest(Shift(), b"--bcde")
    assert node.rewraps()
    other = nest(Shift(), b"--bcde")
    other.child = Child(data=b"abcx", start=2, end=6)
    assert not other.rewraps()


def test_of_a_compression_the_contents_are_compared() -> None:
    assert nest(Packed(), b"--bcde").rewraps()


def test_contents_that_cannot_be_read_again_are_not_shown_to_hold() -> None:
    assert not nest(Choosy(), b"--bcde").rewraps()


def test_the_nearest_name_is_the_field_and_readability_ends_at_the_first_code() -> None:
    node = nest(Shift(), b"--bcde")
    assert (node.field, node.parent.field, node.depth) == ("inner", "top", 1)  # type: ignore[union-attr]
    assert node.parent.readable  # type: ignore[union-attr]
    assert not node.readable


def test_bytes_that_are_no_plain_slice_stand_for_their_whole_range() -> None:
    part = Part(path="name", start=10, end=20, data=b"joined", exact=False)
    assert Node(b"joined", part=part).place(2, 4) == (10, 20)
