"""A case as CASE/UCO JSON-LD (CASE 1.4, UCO 1.4): captures with digests, connections, the analysis."""

from __future__ import annotations

import uuid
from typing import Any

from vitne.report.blocks import shown

_OWN = uuid.uuid5(uuid.NAMESPACE_URL, "tag:vitne,2026:case-uco")
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
    action = {
        "@id": _id("action", "scan"),
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": "scan of the captures",
        "uco-action:instrument": {"@id": tool["@id"]},
        "uco-action:object": [{"@id": each["@id"]} for each in files],
        "uco-action:result": [{"@id": each["@id"]} for each in connections],
    }
    return {"@context": CONTEXT, "@graph": [tool, *files, *connections, action]}


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


def _connection(target: dict[str, Any]) -> dict[str, Any]:
    key = f"{target['device']} {target['name']} {target['addresses']} {target['direction']}"
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
