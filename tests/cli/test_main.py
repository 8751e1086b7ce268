"""The command as a user runs it: the JSON contract, exit codes, nothing written, values masked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from tests.pipeline.talk import Talk, get

from vitne.cli.main import main
from vitne.lab import demo

FIELDS = {
    "id", "group", "identifier", "kind", "seed", "value", "spelling", "field", "grade", "evalue", "reasons", "verified",
    "direction", "delivery", "protection", "scope", "capture", "frames", "message_frames", "time_ns", "time", "transport",
    "source", "destination", "layers", "also", "sender", "filter",
}  # fmt: skip
"""The names that the contract fixes; more may come, none may go."""


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> demo.DemoFiles:
    return demo.make(tmp_path_factory.mktemp("demo"))


def run(*arguments: object, **more: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "vitne.cli", *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=120,
        **more,  # type: ignore[call-overload]
    )


@pytest.fixture(scope="module")
def document(phone: demo.DemoFiles) -> dict:
    done = run("scan", phone.capture, "--subject", phone.subject, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_json_is_one_document_that_follows_the_published_schema(document: dict) -> None:
    schema = json.loads(run("schema", "scan").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)


def test_the_names_of_the_contract_are_there(document: dict) -> None:
    assert {"schema", "captures", "findings", "opaque", "gaps", "oddities"} <= set(document)
    assert document["findings"]
    for finding in document["findings"]:
        assert set(finding) >= FIELDS
        assert {"ip", "port", "mac", "device"} <= set(finding["source"])
        assert {"ip", "port", "host", "host_source", "domain"} <= set(finding["destination"])
        assert {"name", "sha256"} <= set(finding["capture"])
        for layer in finding["layers"]:
            assert {"codec", "path", "range"} <= set(layer)


def test_every_field_with_a_value_is_found_in_every_run_and_verified(
    phone: demo.DemoFiles, document: dict
) -> None:
    sent = [finding for finding in document["findings"] if finding["sender"] == "self-registration"]
    fields = {"SIM1ICCID", "SIM1LTEIMSI", "MACID", "IMEI1", "IMEI2", "SIM1CELLID", "MODEL", "SWVER", "OSVER", "REGVER",
              "UETYPE", "SIM1TYPE", "ROM", "RAM", "DATASIM", "SIM1VoLTESW", "ACCESSTYPE", "REGDATE"}  # fmt: skip
    messages = {finding["message_frames"][0] for finding in sent}
    posts = subprocess.run(["tshark", "-r", phone.capture, "-o", "tcp.reassemble_out_of_order:TRUE", "-Y", 'http.content_type == "application/encrypted-json"', "-T", "fields", "-e", "frame.number"],
                           capture_output=True, text=True, check=False) if _tshark() else None  # fmt: skip
    if posts is not None:
        assert len(messages) == len(posts.stdout.split())
    assert len(messages) >= 8
    for message in messages:
        assert {finding["field"] for finding in sent if finding["message_frames"][0] == message} >= fields
    assert all(finding["verified"] for finding in sent)
    assert {finding["delivery"] for finding in sent} == {"refused"}
    assert {finding["protection"] for finding in sent} == {"encoded"}


def _tshark() -> bool:
    import shutil

    return shutil.which("tshark") is not None


def test_values_of_persons_are_masked_unless_revealed(phone: demo.DemoFiles) -> None:
    import tomllib

    secrets = [
        str(entry["value"]) for entry in tomllib.loads(phone.subject.read_text())["known"] if "value" in entry
    ]
    masked = run("scan", phone.capture, "--subject", phone.subject, "--json").stdout.decode()
    table = run("scan", phone.capture, "--subject", phone.subject, "-v").stdout.decode()
    for secret in secrets:
        if len(secret) > 3:
            assert secret.lower() not in masked.lower(), "masked JSON shows a value"
            assert secret.lower() not in table.lower(), "the table shows a value"
    revealed = run("scan", phone.capture, "--subject", phone.subject, "--json", "--reveal").stdout.decode()
    assert sum(secret.lower() in revealed.lower() for secret in secrets) >= len(secrets) // 2


def test_without_a_case_nothing_is_written(phone: demo.DemoFiles, tmp_path: Path) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    assert run("scan", phone.capture, cwd=tmp_path).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("grade", "more", "code"),
    [
        ("observed", (), 10),
        ("derived", (), 10),
        ("inferred", (), 10),
        ("inferred", ("--fail-on-kind", "attribute"), 10),
    ],
)
def test_a_gate_says_what_was_found_by_its_exit_code(
    phone: demo.DemoFiles, grade: str, more: tuple, code: int
) -> None:
    assert (
        run("scan", phone.capture, "--subject", phone.subject, "--fail-on", grade, *more, "-q").returncode
        == code
    )


def test_attributes_alone_do_not_close_the_gate_unless_asked(tmp_path: Path) -> None:
    agent = "User-Agent: Dalvik/2.1.0 (Linux; U; Android 8.1.0; TA-0000 Build/OPR1)\r\n"
    talk = Talk()
    talk.ask(get("/", more=agent))
    capture = talk.write(tmp_path / "agent.pcap")
    kinds = {finding["kind"] for finding in json.loads(run("scan", capture, "--json").stdout)["findings"]}
    assert kinds == {"attribute"}
    assert run("scan", capture, "--fail-on", "inferred", "-q").returncode == 0
    assert run("scan", capture, "--fail-on", "inferred", "--fail-on-kind", "attribute", "-q").returncode == 10


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("scan",), 2, b"CAPTURE"),
        (("scan", "x", "--fail-on", "certain"), 2, b"inferred"),
        (("nonsense",), 2, b"next"),
        (("scan", "missing.pcap"), 3, b"missing.pcap"),
        (("show", "missing-case"), 1, b"missing-case"),
        (("schema", "nonsense"), 2, b"scan"),
        (("subject", "check", "missing.toml"), 2, b"missing.toml"),
    ],
)
def test_a_wrong_call_says_what_to_do_and_ends_with_its_code(
    arguments: tuple, code: int, words: bytes
) -> None:
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_missing_subject_file_is_a_usage_error(phone: demo.DemoFiles) -> None:
    done = run("scan", phone.capture, "--subject", "nobody.toml")
    assert done.returncode == 2
    assert b"nobody.toml" in done.stderr


@pytest.mark.parametrize(
    "content",
    [b"", b"just some text, no capture\n", b"\xd4\xc3\xb2\xa1\x02\0"],
    ids=["empty", "text", "cut header"],
)
def test_what_is_no_capture_is_named_and_ends_with_3(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.pcap"
    path.write_bytes(content)
    done = run("scan", path)
    assert done.returncode == 3
    assert b"odd.pcap" in done.stderr


def test_standard_input_gives_the_same_findings_as_the_file(phone: demo.DemoFiles, document: dict) -> None:
    done = run("scan", "-", "--subject", phone.subject, "--json", input=phone.capture.read_bytes())
    there = json.loads(done.stdout)
    assert [finding["id"] for finding in there["findings"]] == [
        finding["id"] for finding in document["findings"]
    ]


def test_compressed_captures_give_the_same_findings(
    phone: demo.DemoFiles, document: dict, tmp_path: Path
) -> None:
    import gzip

    import zstandard

    for name, data in (
        ("x.gz", gzip.compress(phone.capture.read_bytes(), mtime=0)),
        ("x.zst", zstandard.compress(phone.capture.read_bytes())),
    ):
        (tmp_path / name).write_bytes(data)
        there = json.loads(run("scan", tmp_path / name, "--subject", phone.subject, "--json").stdout)
        assert [f["frames"] for f in there["findings"]] == [f["frames"] for f in document["findings"]]
        assert [f["layers"] for f in there["findings"]] == [f["layers"] for f in document["findings"]]


def test_an_unknown_device_is_a_usage_error_that_names_those_seen(phone: demo.DemoFiles) -> None:
    nobody = run("scan", phone.capture, "--device", "192.0.2.250")
    assert nobody.returncode == 2
    assert b"devices seen" in nobody.stderr


def test_a_device_is_found_by_the_name_it_gave_itself(phone: demo.DemoFiles) -> None:
    done = run("scan", phone.capture, "--subject", phone.subject, "--json", "--device", "kari-sin-telefon")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["findings"]


def test_help_of_every_verb_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("scan", "subject", "show", "schema", "list", "demo"):
        with pytest.raises(SystemExit) as ended:
            main([verb, "--help"])
        assert ended.value.code == 0
        assert "usage: vitne" in capsys.readouterr().out


def test_the_closed_list_is_printed_in_its_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "identifiers"]) == 0
    words = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert words[:6] == ["imei", "imeisv", "meid", "imsi", "iccid", "eid"]
    assert {
        "message-text",
        "contact",
        "call-log",
        "app-list",
        "free-text",
        "location",
        "cell-id",
        "operator",
    } <= set(words)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
    import captures

    big = tmp_path_factory.mktemp("stopped") / "big.pcap"
    captures.mixed(big, 40)
    return big


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_what_was_read_and_marks_it_partial(big: Path, tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-m", "vitne.cli", "scan", str(big), "--case", str(tmp_path / "case"), "-q"]
    with subprocess.Popen(
        [*command, "--jobs", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None and len(workers.read_text().split()) < 2:
            time.sleep(0.02)
        time.sleep(0.3)
        os.kill(process.pid, number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors == b""
    assert json.loads((tmp_path / "case" / "manifest.json").read_text())["partial"] is True


def test_a_case_holds_no_value_even_when_values_are_shown(phone: demo.DemoFiles, tmp_path: Path) -> None:
    import tomllib

    case = tmp_path / "case"
    shown = run("scan", phone.capture, "--subject", phone.subject, "--reveal", "--case", case)
    secrets = [
        str(entry["value"]) for entry in tomllib.loads(phone.subject.read_text())["known"] if "value" in entry
    ]
    assert any(secret.encode() in shown.stdout for secret in secrets)
    everything = b"".join(
        path.read_bytes() for path in case.rglob("*") if path.is_file() and path.name != "run.json"
    ).lower()
    for secret in secrets:
        if len(secret) > 3:
            assert secret.lower().encode() not in everything


def test_a_case_is_the_same_bytes_again_but_for_run_and_ledger(phone: demo.DemoFiles, tmp_path: Path) -> None:
    contents = []
    for name, hashseed in (("one", "1"), ("two", "2")):
        run(
            "scan",
            phone.capture,
            "--subject",
            phone.subject,
            "--case",
            tmp_path / name,
            env={**os.environ, "PYTHONHASHSEED": hashseed, "TZ": "Asia/Tokyo"},
        )
        contents.append(
            {
                path.name: path.read_bytes()
                for path in (tmp_path / name).rglob("*")
                if path.is_file() and path.name not in {"run.json", "ledger.jsonl"}
            }
        )
    assert contents[0] == contents[1]
    assert {
        "findings.parquet",
        "findings.jsonl",
        "gaps.parquet",
        "transmissions.parquet",
        "manifest.json",
        "index.html",
    } <= set(contents[0])


def test_a_finding_is_shown_layer_by_layer_and_revealed_through_its_place(
    phone: demo.DemoFiles, tmp_path: Path
) -> None:
    case = tmp_path / "case"
    run("scan", phone.capture, "--subject", phone.subject, "--case", case, "-q")
    rows = [json.loads(line) for line in (case / "findings.jsonl").read_text().splitlines()]
    one = next(row for row in rows if row["field"] == "IMEI1")
    masked = run("show", case, one["id"])
    assert masked.returncode == 0, masked.stderr
    for layer in one["layers"]:
        assert layer["codec"].encode() in masked.stdout
    assert b"004402990000014" not in masked.stdout
    revealed = run("show", case, one["id"], "--reveal")
    assert b"value as it stands: 004402990000014" in revealed.stdout
    listed = run("show", case)
    assert one["group"].replace("G-", "F-").encode() in listed.stdout


def test_a_scan_loads_no_pandas_even_where_it_is_installed(phone: demo.DemoFiles, tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "vitne.cli", "scan", str(phone.capture)]
    done = subprocess.run([*command, "--case", str(tmp_path / "case"), "-q"], capture_output=True, check=True)
    loaded = {line.rpartition(b"|")[2].strip() for line in done.stderr.splitlines()}
    assert b"pyarrow.parquet" in loaded
    assert not [name for name in loaded if name.startswith(b"pandas.")]


def test_a_folder_that_takes_nothing_is_told_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a file").write_bytes(b"")
    assert main(["demo", str(tmp_path / "a file" / "new\nline")]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"vitne: {tmp_path}/a file/new\\nline: it cannot be read or written: Not a directory",
        "  next: check the path, who may use it, and the room on its disk",
    ]
