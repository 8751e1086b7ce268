"""The objects of SARIF 2.1.0 that a log uses, as a JSON Schema in our own words: the standard's names, no other.

Section 3 of the standard allows no property that it does not define, except inside property bags (3.8).
"""

from __future__ import annotations

from typing import Any

_LEVELS = ["none", "note", "warning", "error"]
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": -1}
_BAG = {"type": "object"}


def _object(names: str, *, needs: str = "", **known: Any) -> dict[str, Any]:
    """Give an object with these properties; those that a log of ours uses have their type."""
    properties: dict[str, Any] = dict.fromkeys(names.split(), True)  # True: any value
    return {
        "type": "object",
        "properties": {**properties, "properties": _BAG, **known},
        "required": needs.split(),
        "additionalProperties": False,
    }


def _list(item: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{item}"}}


def _one(item: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{item}"}


_DEFS = {
    "run": _object(
        "addresses artifacts automationDetails baselineGuid conversion defaultEncoding defaultSourceLanguage "
        "externalPropertyFileReferences graphs language logicalLocations newlineSequences originalUriBaseIds "
        "policies redactionTokens runAggregates specialLocations threadFlowLocations translations "
        "versionControlProvenance webRequests webResponses",
        needs="tool",
        tool=_object("extensions", needs="driver", driver=_one("toolComponent")),
        taxonomies=_list("toolComponent"),
        invocations=_list("invocation"),
        results=_list("result"),
        columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    ),
    "toolComponent": _object(
        "associatedComponent contents dottedQuadFileVersion downloadUri fullName globalMessageStrings guid "
        "informationUri isComprehensive language localizedDataSemanticVersion locations "
        "minimumRequiredLocalizedDataSemanticVersion notifications product productSuite releaseDateUtc "
        "semanticVersion translationMetadata",
        needs="name",
        name=_TEXT,
        organization=_TEXT,
        version=_TEXT,
        rules=_list("descriptor"),
        taxa=_list("descriptor"),
        supportedTaxonomies=_list("component"),
        shortDescription=_one("text"),
        fullDescription=_one("text"),
    ),
    "component": _object("guid", name=_TEXT, index=_COUNT),
    "descriptor": _object(
        "deprecatedGuids deprecatedIds deprecatedNames fullDescription guid helpUri messageStrings relationships",
        needs="id",
        id=_TEXT,
        name=_TEXT,
        shortDescription=_one("text"),
        help=_one("text"),
        defaultConfiguration=_object("enabled parameters rank", level={"enum": _LEVELS}),
    ),
    "text": _object("markdown", needs="text", text=_TEXT),
    "message": _object("arguments id markdown", text=_TEXT),
    "invocation": _object(
        "account arguments commandLine endTimeUtc environmentVariables executableLocation exitCode "
        "exitCodeDescription exitSignalName exitSignalNumber machine notificationConfigurationOverrides processId "
        "processStartFailureMessage responseFiles ruleConfigurationOverrides startTimeUtc stderr stdin stdout "
        "stdoutStderr toolConfigurationNotifications workingDirectory",
        needs="executionSuccessful",
        executionSuccessful={"type": "boolean"},
        toolExecutionNotifications=_list("notification"),
    ),
    "notification": _object(
        "associatedRule descriptor exception locations threadId timeUtc",
        needs="message",
        message=_one("message"),
        level={"enum": _LEVELS},
    ),
    "result": _object(
        "analysisTarget attachments codeFlows correlationGuid fixes graphTraversals graphs guid hostedViewerUri kind "
        "occurrenceCount provenance rank relatedLocations rule stacks webRequest webResponse workItemUris",
        needs="message",
        message=_one("message"),
        ruleId=_TEXT,
        ruleIndex=_COUNT,
        level={"enum": _LEVELS},
        baselineState={"enum": ["new", "unchanged", "updated", "absent"]},
        fingerprints={"type": "object", "additionalProperties": _TEXT},
        partialFingerprints={"type": "object", "additionalProperties": _TEXT},
        locations=_list("location"),
        suppressions=_list("suppression"),
        taxa={"type": "array", "items": _object("guid index", id=_TEXT, toolComponent=_one("component"))},
    ),
    "location": _object(
        "annotations id relationships",
        physicalLocation=_object(
            "address contextRegion region",
            artifactLocation=_object(
                "description index uriBaseId", uri={"type": "string", "pattern": "^[!-~]*$"}
            ),
        ),
        logicalLocations={
            "type": "array",
            "items": _object("decoratedName fullyQualifiedName index parentIndex", name=_TEXT, kind=_TEXT),
        },
        message=_one("message"),
    ),
    "suppression": _object(
        "guid location",
        needs="kind",
        kind={"enum": ["inSource", "external"]},
        status={"enum": ["accepted", "underReview", "rejected"]},
        justification=_TEXT,
    ),
}

STRUCTURE: dict[str, Any] = {
    "type": "object",
    "properties": {"$schema": _TEXT, "version": {"const": "2.1.0"}, "runs": _list("run")},
    "required": ["version", "runs"],
    "additionalProperties": False,
    "$defs": _DEFS,
}
