"""Suricata beside vitne: rules with the known values, as they are and in base64 at the beginning of a body.

specification: Suricata user guide, payload keywords (content, base64_decode, base64_data) and HTTP keywords
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .people import IDENTIFIERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .capture import Staged

CONFIGURATION = """%YAML 1.1
---
vars:
  address-groups: {HOME_NET: "any", EXTERNAL_NET: "any"}
  port-groups: {HTTP_PORTS: "80"}
default-rule-path: .
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types: [alert]
app-layer:
  protocols:
    http:
      enabled: yes
      libhtp:
        default-config:
          personality: IDS
          request-body-limit: 0
          response-body-limit: 0
    dns: {tcp: {enabled: yes, detection-ports: {dp: 53}}, udp: {enabled: yes, detection-ports: {dp: 53}}}
stream:
  checksum-validation: no
  reassembly: {depth: 0}
"""


def installed() -> bool:
    """Say whether the program is here."""
    return bool(shutil.which("suricata"))


def rules(known: Callable[[str], list[str]]) -> str:
    """Give the rules: for each identifier its values, plain anywhere, and in bodies once decoded."""
    out = []
    for number, identifier in enumerate(IDENTIFIERS, 1):
        words = "".join(f'content:"|{value.encode().hex(" ")}|"; nocase; ' for value in known(identifier))
        head = f'(msg:"{identifier}"; '
        body = "http.request_body; "
        decoded = body + "base64_decode:bytes 4000; base64_data; "
        out += [
            f"alert ip any any -> any any {head}{words}sid:{number}; rev:1;)",
            f"alert http any any -> any any {head}{body}{words}sid:{1000 + number}; rev:1;)",
            f"alert http any any -> any any {head}{decoded}{words}sid:{2000 + number}; rev:1;)",
        ]
    return "\n".join(out) + "\n"


def run(staged: list[Staged], path: Path, known: Callable[[str], list[str]]) -> list[bool]:
    """Say of each case whether a rule of its identifier fired in its conversation."""
    with tempfile.TemporaryDirectory(prefix="leakbench-suricata-") as name:
        folder = Path(name)
        (folder / "suricata.yaml").write_text(CONFIGURATION)
        (folder / "bench.rules").write_text(rules(known))
        command = ["suricata", "-c", str(folder / "suricata.yaml"), "-S", str(folder / "bench.rules")]
        command += ["-r", str(path), "-k", "none", "-l", name, "--runmode", "single"]
        subprocess.run(command, capture_output=True, check=True)
        fired = set()
        for line in (folder / "eve.json").read_text().splitlines():
            event = json.loads(line)
            if event.get("event_type") == "alert":
                identifier = event["alert"]["signature"]
                fired |= {(identifier, event.get("src_port")), (identifier, event.get("dest_port"))}
    return [(each.case.recipe.identifier, each.case.port) in fired for each in staged]
