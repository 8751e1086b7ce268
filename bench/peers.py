"""The commands that are measured: vitne's own, and those of other tools that are installed.

Checks of checksums are off, stream depth is unlimited, and all that is written goes to the folder given,
which is to lie on a RAM disk.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planted import literals

if TYPE_CHECKING:
    from pathlib import Path

    from captures import Made


@dataclass(frozen=True)
class Entrant:
    """One row of the table."""

    name: str
    """what the table says"""
    slug: str
    """short name, for options"""
    command: list[str]
    cores: int
    """how many cores it may use"""
    result: str = "lines"
    """what its result is: «case»: a case folder; «lines»: lines of its output; «files»: files it wrote"""
    quick: bool = False
    """vitne's mode that looks at bytes as they are sent only"""


HTTP_FIELDS = ("http.host", "http.request.full_uri", "http.file_data")
PACKAGES = {
    "tshark": "tshark",
    "tcpdump": "tcpdump",
    "rg": "ripgrep",
    "grep": "grep",
    "suricata": "suricata (backports of Debian 12)",
    "ndpiReader": "libndpi-bin",
    "tcpflow": "tcpflow",
}
"""programs that are compared with, and the package that each is in"""


def absent() -> list[str]:
    """Name the programs that are not here."""
    return [f"{name} (package {package})" for name, package in PACKAGES.items() if not shutil.which(name)]


def _quick_is_there() -> bool:
    said = subprocess.run(
        [sys.executable, "-m", "vitne.cli", "scan", "--help"], capture_output=True, text=True, check=True
    )
    return "--quick" in said.stdout


def own(made: Made, out: Path, cores: int) -> list[Entrant]:
    """Give vitne's rows: one core, all cores, and its quick mode where it has one."""
    scan = [sys.executable, "-m", "vitne.cli", "scan", str(made.path), "--subject", str(made.subject)]
    scan += ["--case", str(out / "case"), "-q"]
    rows = [Entrant("vitne scan, subject, case, page, 1 core", "vitne", scan, 1, "case")]
    if cores > 1:
        rows.append(Entrant(f"vitne scan, {cores} cores", "vitne-cores", scan, cores, "case"))
    if _quick_is_there():
        rows.append(Entrant("vitne scan --quick, 1 core", "quick", [*scan, "--quick"], 1, "case", quick=True))
    return rows


def peers(made: Made, out: Path, cores: int) -> list[Entrant]:
    """Give the rows of the other tools that are installed."""
    capture, words = str(made.path), out / "literals.txt"
    words.write_text("\n".join(literals()) + "\n")
    config, rules = _suricata(out)
    suricata = ["suricata", "-c", str(config), "-S", str(rules), "-r", capture, "-k", "none", "-l", str(out)]
    fields = [word for name in HTTP_FIELDS for word in ("-e", name)]
    rows = [
        Entrant("tshark, a line a packet", "tshark", ["tshark", "-n", "-r", capture], 1),
        Entrant(
            "tshark, HTTP fields",
            "tshark-http",
            ["tshark", "-n", "-r", capture, "-Y", "http", "-T", "fields", *fields],
            1,
        ),
        Entrant("Suricata, HTTP DNS TLS, 20 rules", "suricata", [*suricata, "--runmode", "single"], 1, "eve"),
        Entrant("nDPI reader", "ndpi", ["ndpiReader", "-i", capture], 1),
        Entrant(
            "tcpflow",
            "tcpflow",
            ["tcpflow", "-r", capture, "-o", str(out / "tcpflow"), "-S", "enable_report=NO"],
            1,
            "files",
        ),
        Entrant(
            "tcpdump, read and write",
            "tcpdump",
            ["tcpdump", "-n", "-r", capture, "-w", "/dev/null"],
            1,
            "none",
        ),
        Entrant(
            "ripgrep, 14 literals, raw file", "rg", ["rg", "-c", "-a", "-F", "-f", str(words), capture], 1
        ),
        Entrant(
            "grep, 14 literals, raw file", "grep", ["grep", "-c", "-a", "-F", "-f", str(words), capture], 1
        ),
    ]
    if cores > 1:
        rows.insert(
            3,
            Entrant(
                f"Suricata autofp, {cores} cores",
                "suricata-cores",
                [*suricata, "--runmode", "autofp"],
                cores,
                "eve",
            ),
        )
    return [row for row in rows if shutil.which(row.command[0])]


def _suricata(out: Path) -> tuple[Path, Path]:
    """Write a configuration with unlimited depths, and 20 rules: the literals, and spellings of the first."""
    words = [value.encode() for value in literals()]
    words += [words[0].hex().encode(), words[0].hex().upper().encode(), words[0][::-1]]
    words += [words[3].hex().encode(), words[1].decode().encode("utf-16-le"), words[4].hex().encode()]
    rules = "".join(
        f'alert ip any any -> any any (msg:"{n}"; content:"|{word.hex(" ")}|"; sid:{n}; rev:1;)\n'
        for n, word in enumerate(words, 1)
    )
    config, file = out / "suricata.yaml", out / "bench.rules"
    config.write_text(_CONFIGURATION)
    file.write_text(rules)
    return config, file


_CONFIGURATION = """%YAML 1.1
---
vars: {address-groups: {HOME_NET: "any", EXTERNAL_NET: "any"}}
classification-file: /etc/suricata/classification.config
reference-config-file: /etc/suricata/reference.config
stats: {enabled: no}
logging: {default-log-level: error, outputs: [{console: {enabled: yes}}]}
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types: [{alert: {}}, {http: {extended: yes}}, {dns: {}}, {tls: {extended: yes}}]
app-layer:
  protocols:
    dns: {tcp: {enabled: yes}, udp: {enabled: yes}}
    tls: {enabled: yes}
    http:
      enabled: yes
      libhtp: {default-config: {personality: IDS, request-body-limit: 0, response-body-limit: 0}}
stream:
  memcap: 4gb
  checksum-validation: no
  reassembly: {memcap: 8gb, depth: 0}
flow: {memcap: 4gb, prealloc: 10000}
mpm-algo: hs
spm-algo: hs
"""
