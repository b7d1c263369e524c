"""`state.json`: what is running where. Read by tests, benchmarks and the demo loader.

There is one per flavour: `.dev/run/state.json` (the demo) and `.dev/test/state.json`.
The environment variable CRM_MAIL_DEV_STATE names the one that counts. Its form::

    {"mail": {"host": "localhost", "password": "demo", "log": ...,
              "ports": {"imap", "imaps", "pop3", "pop3s", "sieve", "lmtp",
                        "smtp", "smtps", "smtp_plain",
                        "submission", "submissions", "oauth"},
              "oauth": {"endpoint": "http://localhost:PORT/", "port",
                        "client_id", "client_secret"},
              "inputs": <hash of what the servers were started from>,
              "ca_file", "bundle_file", "cert_file", "key_file",
              "expired": {"cert_file", "key_file"},
              "selfsigned": {"cert_file", "key_file"}},
     "pg": {"host": <socket folder>, "port", "user"},
     "odoo": {"python", "pythonpath", "conf", "port", "database", "data_dir"}}
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from .errors import SetupError

VARIABLE = "CRM_MAIL_DEV_STATE"


def read(path: str | Path | None = None) -> dict[str, Any]:
    """The state of that file, or of the one that CRM_MAIL_DEV_STATE names."""
    chosen = path or os.environ.get(VARIABLE)
    if not chosen:
        raise SetupError(f"{VARIABLE} is not set: run this through dev/test.")
    return json.loads(Path(chosen).read_text())


def read_or_empty(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}


def write(path: Path, state: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(state, indent=2, default=str) + "\n")
    part.rename(path)
