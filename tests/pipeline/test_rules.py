"""Twin of vitne.pipeline.rules: a result says by which versions and data it was made."""

from __future__ import annotations

import importlib.metadata

from vitne import catalog
from vitne.pipeline import rules


def test_versions_and_the_digest_of_the_data_are_told() -> None:
    said = rules.rules_used()
    assert said["vitne"] == importlib.metadata.version("vitne")
    assert said["libraries"]["numpy"] == importlib.metadata.version("numpy")
    assert said["data"] == catalog.digest()
    assert said == rules.rules_used()


def test_a_library_that_is_not_there_is_called_absent() -> None:
    assert rules._version("no-such-library-of-vitne") == "absent"
