from __future__ import annotations

import argparse

from vitne.cli.recipient_verbs import add


def test_the_verbs_have_the_options_that_the_contract_names() -> None:
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers(dest="verb"))
    options = parser.parse_args(["attribute", "case", "--online", "--vantage", "59.9,10.7"])
    assert (options.online, options.vantage) == (True, "59.9,10.7")
    assert parser.parse_args(["data", "add", "file"]).file == "file"
    assert parser.parse_args(["destinations", "case"]).case == "case"
    options = parser.parse_args(["recipient", "case", "china-telecom"])
    assert (options.case, options.name) == ("case", "china-telecom")
