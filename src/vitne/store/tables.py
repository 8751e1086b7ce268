"""One table per noun, as JSON Lines and as Parquet, in an order that depends on the content alone.

JSON Lines keep the nouns' own names and shapes.  Parquet has the same columns; pairs become structs
(``start`` and ``end``, ``first`` and ``last``) and the free-form parameters of a layer become JSON text,
because a Parquet column has one type.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.model import Capture, Finding, Gap, Oddity
from vitne.store.arrays import array, columns
from vitne.store.columns import CHUNK, Writer, columns_of
from vitne.store.rows import OpaqueTotal, Transmission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ENCODER = msgspec.json.Encoder(order="deterministic")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """How one noun is kept."""

    name: str  # stem of its files
    row: Any  # type of a row
    order: Callable[[Any], tuple[Any, ...]]  # what rows are sorted by, before their own text
    parquet: bool = True  # false: JSON Lines only


TABLES = (
    Table(name="captures", row=Capture, order=lambda r: (r.number,), parquet=False),
    Table(name="findings", row=Finding, order=lambda r: (r.time_ns, r.message_frames, r.value_range)),
    Table(name="gaps", row=Gap, order=lambda r: (r.capture, r.frame or 0, -1 if r.flow is None else r.flow)),
    Table(
        name="oddities",
        row=Oddity,
        order=lambda r: (r.capture, r.frame or 0, -1 if r.flow is None else r.flow),
    ),
    Table(name="opaque", row=OpaqueTotal, order=lambda r: (r.device, -r.bytes)),
    Table(name="transmissions", row=Transmission, order=lambda r: (r.time_ns, r.message_frames)),
)


def typed(table: Table, rows: Iterable[Any]) -> Iterable[Any]:
    """Give the rows as the table's type, sorted; a mapping with the right names counts as a row.

    Rows that say of themselves that they are ``in_order`` are passed on as they are: they may be too many to
    hold at once.
    """
    if getattr(rows, "in_order", False):
        return rows
    out = [row if isinstance(row, table.row) else msgspec.convert(row, table.row) for row in rows]
    out.sort(key=table.order)
    alike = [list(many) for _, many in itertools.groupby(out, key=table.order)]
    for many in alike:
        if len(many) > 1:
            many.sort(key=_ENCODER.encode)
    return list(itertools.chain.from_iterable(alike))


def json_lines(rows: Iterable[Any], sink: Any) -> int:
    """Write one JSON object a line, in the order given; give the number of rows."""
    count = 0
    if hasattr(rows, "columns"):
        writer = Writer()
        for stretch in columns_of(rows):
            for lines in writer.lines(stretch):
                sink.write(lines)
            count += len(stretch)
        return count
    left = iter(rows)
    while some := list(itertools.islice(left, CHUNK)):
        sink.write(_ENCODER.encode_lines(some))
        count += len(some)
    return count


def from_json_lines(table: Table, data: bytes) -> Iterator[Any]:
    """Give the rows of a table back; raises msgspec.MsgspecError on a line that is none."""
    decoder = msgspec.json.Decoder(table.row)
    for line in data.splitlines():
        yield decoder.decode(line)


def parquet(table: Table, rows: Iterable[Any], sink: Any) -> int:
    """Write the rows as a Parquet file; the same rows give the same bytes within one version of PyArrow."""
    from pyarrow import parquet as pq

    schema = _schemas()[table.name]
    count = 0
    with pq.ParquetWriter(sink, schema, compression="zstd", version="2.6") as writer:
        for some in _tables(table, rows, schema):
            writer.write_table(some, row_group_size=CHUNK)
            count += len(some)
    return count


def _tables(table: Table, rows: Iterable[Any], schema: Any) -> Iterator[Any]:
    """Give rows as Arrow tables of ``CHUNK`` rows, column by column."""
    import pyarrow as pa

    if table.row is Transmission:
        writer = Writer()
        for stretch in columns_of(rows):
            yield writer.table(stretch, schema)
        return
    left = iter(rows)
    while some := list(itertools.islice(left, CHUNK)):
        arrays = [array(each, field.type) for each, field in zip(columns(some, schema), schema, strict=True)]
        yield pa.Table.from_arrays(arrays, schema=schema)


def _schemas() -> dict[str, Any]:
    """Give the Parquet columns of each table."""
    import pyarrow as pa

    text, whole, real = pa.string(), pa.int64(), pa.float64()
    span = pa.struct([("start", whole), ("end", whole)])
    reach = pa.struct([("first", whole), ("last", whole)])
    frames = pa.list_(whole)
    capture = pa.struct([("name", text), ("sha256", text)])
    source = pa.struct([("ip", text), ("port", whole), ("mac", text), ("device", text)])
    destination = pa.struct(
        [("ip", text), ("port", whole), ("host", text), ("host_source", text), ("domain", text)]
    )
    app = pa.struct([("package", text), ("uid", whole), ("name", text), ("pid", whole), ("source", text)])
    layers = pa.list_(pa.struct([("codec", text), ("path", text), ("range", span), ("params", text)]))
    also = pa.list_(pa.struct([("frames", frames), ("layers", layers), ("field", text)]))
    special = {
        "capture": capture,
        "frames": frames,
        "message_frames": reach,
        "source": source,
        "destination": destination,
        "app": app,
        "layers": layers,
        "value_range": span,
        "stream_range": span,
        "also": also,
        "reasons": pa.list_(text),
        "evalue": real,
        "verified": pa.bool_(),
        "readable": pa.bool_(),
        "facts": pa.list_(pa.struct([("name", text), ("value", text)])),
    }
    number = {"time_ns", "flow", "frame", "offset", "length", "count", "side", "bytes", "flows"}
    number |= {"first_ns", "last_ns", "source_port", "port"}
    schemas = {}
    for table in TABLES:
        columns = []
        for name in table.row.__struct_fields__:
            kind = special.get(name, whole if name in number else text)
            if name == "capture" and table.name != "findings":
                kind = whole
            columns.append((name, kind))
        schemas[table.name] = pa.schema(columns)
    return schemas
