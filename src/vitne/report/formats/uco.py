"""A case as CASE/UCO JSON-LD (CASE 1.4, UCO 1.4): captures with digests, connections, findings, the analysis.

Each finding is an observable of its own: its identifier, grade, delivery and frames as tags, its place in the
stream and in each layer as ranges, how it was wrapped, and relationships to the capture that holds it and the
connection it went over.
"""

from __future__ import annotations

import uuid
from itertools import pairwise
from typing import Any

from vitne.report.blocks import shown

_OWN = uuid.uuid5(uuid.NAMESPACE_URL, "tag:vitne,2026:case-uco")
_FRAMES = 100
CONTEXT = {
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "kb": "http://example.org/kb/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def graph(document: dict[str, Any]) -> dict[str, Any]:
    """Give the graph as plain JSON values."""
    tool = {
        "@id": _id("tool", "vitne"),
        "@type": "uco-tool:AnalyticTool",
        "uco-core:name": "vitne",
        "uco-tool:version": shown(document["rules"].get("vitne", ""), 40),
    }
    files = [_file(capture) for capture in document["captures"]]
    connections = [_connection(target) for target in document["targets"]]
    over = {id_: _key(t) for t in document["targets"] for line in t["lines"] for id_ in line["findings"]}
    findings = [_finding(one) for one in document["findings"]]
    ties = [tie for one in document["findings"] for tie in _ties(one, over.get(one["id"]))]
    action = {
        "@id": _id("action", "scan"),
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": "scan of the captures",
        "uco-action:instrument": {"@id": tool["@id"]},
        "uco-action:object": [{"@id": each["@id"]} for each in files],
        "uco-action:result": [{"@id": each["@id"]} for each in (*connections, *findings)],
    }
    return {"@context": CONTEXT, "@graph": [tool, *files, *connections, *findings, *ties, action]}


def _id(kind: str, key: str) -> str:
    name = f"{kind} {key}".encode("utf-8", "backslashreplace").decode()
    return f"kb:{kind}-{uuid.uuid5(_OWN, name)}"


def _typed(kind: str, value: object) -> dict[str, str]:
    return {"@type": f"xsd:{kind}", "@value": str(value)}


def _file(capture: dict[str, Any]) -> dict[str, Any]:
    digest = capture["sha256"]
    return {
        "@id": _id("file", digest),
        "@type": "uco-observable:File",
        "uco-core:hasFacet": [
            {
                "@id": _id("file-facet", digest),
                "@type": "uco-observable:FileFacet",
                "uco-observable:fileName": shown(capture["name"], 200),
                "uco-observable:sizeInBytes": _typed("integer", capture["size"]),
            },
            {
                "@id": _id("content", digest),
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:hash": [
                    {
                        "@id": _id("hash", digest),
                        "@type": "uco-types:Hash",
                        "uco-types:hashMethod": "SHA256",
                        "uco-types:hashValue": _typed("hexBinary", digest),
                    }
                ],
            },
        ],
    }


def _key(target: dict[str, Any]) -> str:
    return f"{target['device']} {target['name']} {target['addresses']} {target['direction']}"


def _connection(target: dict[str, Any]) -> dict[str, Any]:
    key = _key(target)
    found = ", ".join(dict.fromkeys(line["identifier"] for line in target["lines"]))
    return {
        "@id": _id("connection", key),
        "@type": "uco-observable:NetworkConnection",
        "uco-core:name": shown(f"{target['device']} to {target['name']}", 200),
        "uco-core:description": shown(
            f"{target['direction']}: {found}" if found else target["direction"], 400
        ),
        "uco-core:hasFacet": [
            {
                "@id": _id("connection-facet", key),
                "@type": "uco-observable:NetworkConnectionFacet",
                "uco-observable:destinationPort": _typed("integer", target["port"]),
            }
        ],
    }


def _finding(one: dict[str, Any]) -> dict[str, Any]:
    """Give one finding; its value is the label that stands for it, unless the document shows values."""
    id_ = one["id"]
    frames = ", ".join(str(number) for number in one["frames"][:_FRAMES])
    wrapped = [layer["codec"] for layer in one["layers"][1:]]
    what = f"{one['identifier']} {one['value']}, {one['grade']}, in frames {frames}"
    facets = [_range(id_, n, *place) for n, place in enumerate(_places(one))]
    if wrapped:
        facets.append(
            {
                "@id": _id("encoded", id_),
                "@type": "uco-observable:EncodedStreamFacet",
                "uco-observable:encodingMethod": shown(" > ".join(wrapped), 200),
            }
        )
    return {
        "@id": _id("finding", id_),
        "@type": "uco-observable:ObservableObject",
        "uco-core:name": id_,
        "uco-core:description": shown(what, 400),
        "uco-core:externalReference": {
            "@id": _id("reference", id_),
            "@type": "uco-core:ExternalReference",
            "uco-core:definingContext": "findings document of vitne",
            "uco-core:externalIdentifier": id_,
        },
        "uco-core:tag": _tags(one),
        "uco-core:hasFacet": facets,
    }


def _tags(one: dict[str, Any]) -> list[str]:
    words = ("identifier", "value", "grade", "delivery", "protection", "direction", "protocol")
    tags = [f"{word}:{one[word]}" for word in words]
    tags += [f"frame:{number}" for number in one["frames"][:_FRAMES]]
    tags += [f"filter:{one['filter']}"] if one["filter"] else []
    tags += [f"evalue:{one['evalue']}"] if one["evalue"] is not None else []
    return [shown(tag, 200) for tag in tags]


def _places(one: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """Give every range of a finding with what its offsets count in, outermost first."""
    places = [("bytes of the stream or datagram", one["stream_range"])]
    for before, layer in pairwise(one["layers"]):
        places.append((f"bytes of {before['codec']} {before['path']}", layer["range"]))
    last = one["layers"][-1]
    return [*places, (f"bytes of {last['codec']} {last['path']}", one["value_range"])]


def _range(id_: str, number: int, counted: str, place: list[Any]) -> dict[str, Any]:
    start, end = (int(each) for each in place)
    return {
        "@id": _id("range", f"{id_} {number}"),
        "@type": "uco-observable:DataRangeFacet",
        "uco-observable:rangeOffset": _typed("integer", start),
        "uco-observable:rangeOffsetType": shown(counted.strip(), 200),
        "uco-observable:rangeSize": _typed("integer", end - start),
    }


def _ties(one: dict[str, Any], connection: str | None) -> list[dict[str, Any]]:
    """Give where a finding stands: in which capture, and over which connection it went."""
    ends = [("file", one["capture"]["sha256"], "Contained_Within")]
    ends += [("connection", connection, "Sent_Over")] if connection is not None else []
    return [
        {
            "@id": _id("relationship", f"{one['id']} {kind}"),
            "@type": "uco-observable:ObservableRelationship",
            "uco-core:isDirectional": _typed("boolean", "true"),
            "uco-core:kindOfRelationship": word,
            "uco-core:source": {"@id": _id("finding", one["id"])},
            "uco-core:startTime": _typed("dateTime", one["time"]),
            "uco-core:target": {"@id": _id(kind, key)},
        }
        for kind, key, word in ends
    ]
