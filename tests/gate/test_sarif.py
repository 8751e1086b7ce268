"""SARIF 2.1.0: required properties and closed words of the standard, and nothing that a value is in.

The sections are those of the OASIS standard.  Where the standard's own schema is at hand (VITNE_SARIF_SCHEMA
names the file) the log is validated by it, too.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from tests.gate.outcomes import full
from tests.gate.sarif_structure import STRUCTURE

from vitne.catalog.mappings import mappings
from vitne.gate.sarif import evidence_for, sarif


def log() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(sarif(full(), version="2026.11.0", frameworks=mappings())))
    return made


def test_a_log_has_its_version_and_a_named_tool() -> None:
    made = log()
    assert made["version"] == "2.1.0"  # section 3.13.2
    driver = made["runs"][0]["tool"]["driver"]
    assert driver["name"] == "vitne"  # 3.19.8
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])


def test_a_result_names_its_rule_by_id_and_index() -> None:
    run = log()["runs"][0]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]  # 3.27.6
        assert result["level"] in {"error", "note"}  # 3.27.10
        assert result["baselineState"] in {"new", "unchanged", "updated", "absent"}  # 3.27.24
        assert result["message"]["text"]  # 3.11.8
        assert result["fingerprints"]["vitneGate/v1"].startswith("v1-")  # 3.27.16


def test_without_a_baseline_no_state_relative_to_one_is_told() -> None:
    outcome = msgspec.structs.replace(full(), compared=False, whole=False)
    run = json.loads(json.dumps(sarif(outcome, version="1", frameworks=mappings())))["runs"][0]
    assert all("baselineState" not in result for result in run["results"])  # 3.27.24
    assert run["invocations"][0]["executionSuccessful"] is False  # 3.20.14


def test_every_result_has_a_place() -> None:
    for result in log()["runs"][0]["results"]:  # code scanning takes results with a place only
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_every_object_has_the_properties_that_the_standard_defines_and_no_other() -> None:
    jsonschema.Draft202012Validator(STRUCTURE).validate(log())
    wrong = log()
    wrong["runs"][0]["results"][0]["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(STRUCTURE).validate(wrong)


def test_states_become_levels_suppressions_and_baseline_states() -> None:
    by_state = {each["properties"]["state"]: each for each in log()["runs"][0]["results"]}
    assert set(by_state) == {"objected", "waived", "baseline", "noted"}
    assert by_state["objected"]["level"] == "error"
    assert by_state["objected"]["baselineState"] == "new"
    assert by_state["baseline"]["baselineState"] == "unchanged"
    [suppression] = by_state["waived"]["suppressions"]  # 3.35
    assert suppression["kind"] == "external"
    assert suppression["justification"] == "ticket 7 (until 2026-12-31)"


def test_taxa_are_evidence_by_protection_and_claim_nothing() -> None:
    run = log()["runs"][0]
    entries = {each["name"]: {taxon["id"] for taxon in each["taxa"]} for each in run["taxonomies"]}
    for result in run["results"]:
        for taxon in result.get("taxa", ()):
            assert taxon["id"] in entries[taxon["toolComponent"]["name"]]
    clear = next(each for each in full().results if each.protection == "encoded")
    closed = next(each for each in full().results if each.protection == "decrypted")
    assert {"MASWE-0050", "SCM"} <= {each.id for one in mappings() for each in evidence_for(clear, one)}
    assert {"MASWE-0108", "UNM", "MASTG-TEST-0206"} == {
        each.id for one in mappings() for each in evidence_for(closed, one)
    }
    assert "no statement on conformity" in json.dumps(run["taxonomies"])


def test_hostile_names_are_inert() -> None:
    assert "\\u001b" not in json.dumps(log())


def test_the_log_is_valid_by_the_schema_of_the_standard() -> None:
    file = os.environ.get("VITNE_SARIF_SCHEMA", "")
    if not file:
        pytest.skip("VITNE_SARIF_SCHEMA names no copy of the schema of SARIF 2.1.0")
    jsonschema.validate(log(), json.loads(Path(file).read_text(encoding="utf-8")))
