"""The nouns, frozen: what every room shares and nothing else."""

from vitne.model.captures import Capture, Interface, RecordChunk
from vitne.model.errors import (
    CaptureError,
    CatalogError,
    Malformed,
    StoreError,
    UsageError,
    VitneError,
)
from vitne.model.findings import Also, Destination, Finding, Sighting, Source
from vitne.model.flows import Flow, Place, Side, StreamBatch
from vitne.model.gaps import Gap, GapKind, Oddity
from vitne.model.identifiers import GRADES, IDENTIFIERS, Grade, Kind, kind_of
from vitne.model.messages import (
    Child,
    Decoder,
    Encoding,
    Fit,
    Layer,
    Limits,
    Message,
    Node,
    Opaque,
    Part,
)
from vitne.model.subject import Seed, Subject

__all__ = [
    "GRADES",
    "IDENTIFIERS",
    "Also",
    "Capture",
    "CaptureError",
    "CatalogError",
    "Child",
    "Decoder",
    "Destination",
    "Encoding",
    "Finding",
    "Fit",
    "Flow",
    "Gap",
    "GapKind",
    "Grade",
    "Interface",
    "Kind",
    "Layer",
    "Limits",
    "Malformed",
    "Message",
    "Node",
    "Oddity",
    "Opaque",
    "Part",
    "Place",
    "RecordChunk",
    "Seed",
    "Side",
    "Sighting",
    "Source",
    "StoreError",
    "StreamBatch",
    "Subject",
    "UsageError",
    "VitneError",
    "kind_of",
]
