"""The same run through every door, in its short form, where this machine has what it takes; and its parts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.doors import plan
from bench.doors.compare import Row, rows_of, truth
from bench.doors.environments import missing, ready

from vitne.identify.checks.imei import check as imei_holds

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = Path(os.environ.get("VITNE_DOORS", ROOT / "build" / "doors"))
EVERY = (*plan.CARRIERS, *plan.DIRECT)


def test_every_client_has_an_identity_of_its_own_whose_check_digit_holds():
    assert len({plan.imei(one) for one in EVERY}) == len({plan.ad_id(one) for one in EVERY}) == len(EVERY)
    assert all(imei_holds(plan.imei(one)).ok for one in EVERY)


def test_what_a_server_received_is_read_without_vitne(tmp_path):
    import base64
    import gzip

    imei, ad_id = plan.imei("chromium"), plan.ad_id("chromium")
    bodies = [
        (f"gaid={ad_id}", json.dumps({"imei": imei}).encode()),
        ("", gzip.compress(json.dumps({"imei": imei}).encode())),
        ("", b"\0\0\0\0\x11\x0a\x0f" + imei.encode()),
        ("", b"\x0a\x0f" + imei.encode()),
        ("", f"imei={imei}&a=b".encode()),
    ]
    rows = [
        {"host": f"h{at}.example", "path": "/", "query": query, "headers": [["X-Ad-Id", ad_id]] if at == 1 else [],
         "body": base64.b64encode(body).decode()}
        for at, (query, body) in enumerate(bodies)
    ]  # fmt: skip
    (tmp_path / "received.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert truth(tmp_path) == {
        Row("advertising-id", ad_id, "h0.example", "gaid"),
        Row("imei", imei, "h0.example", "imei"),
        Row("imei", imei, "h1.example", "imei"),
        Row("advertising-id", ad_id, "h1.example", "x-ad-id"),
        Row("imei", imei, "h2.example", "1"),
        Row("imei", imei, "h3.example", "1"),
        Row("imei", imei, "h4.example", "imei"),
    }


def test_only_known_values_that_were_sent_are_compared():
    one = {
        "identifier": "imei", "value": "1", "seed": "imei#1", "direction": "sent", "field": "IMEI",
        "destination": {"host": "a.example"},
    }  # fmt: skip
    assert rows_of([one, {**one, "direction": "received"}, {**one, "seed": None}]) == {
        Row("imei", "1", "a.example", "imei")
    }


@pytest.mark.skipif(bool(missing()), reason=f"SKIPPED LOUDLY: this machine lacks {', '.join(missing())}")
@pytest.mark.skipif(
    not ready(ENVIRONMENTS),
    reason="SKIPPED LOUDLY: no environments for real clients; `python -m bench.doors --setup` makes them",
)
def test_a_short_run_gives_the_same_findings_at_every_door(tmp_path):
    command = [sys.executable, "-m", "bench.doors", "--quick", "--environments", str(ENVIRONMENTS)]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" 0       0\n") == 5
