"""The real mail servers of the developers' machine, when they run.

The environment variable CRM_MAIL_DEV_STATE names a JSON file with hosts, ports and
the demo password.  Any ``name@live.test`` may log in and finds a fresh mailbox, so
each test takes a user of its own.
"""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from ..values import Credentials, Endpoint, Security

VARIABLE = "CRM_MAIL_DEV_STATE"


@dataclass(frozen=True)
class Live:
    """What the state file says about mail."""

    host: str
    ports: dict[str, int]
    password: str
    ca_file: str
    certificates: dict[str, tuple[str, str]]
    """``expired`` and ``selfsigned``: certificate and key file."""

    def endpoint(self, port: str, security: Security, **options) -> Endpoint:
        options.setdefault("ca_file", self.ca_file)
        return Endpoint(self.host, self.ports[port], security, **options)

    def user(self) -> Credentials:
        """Somebody whose mailbox nobody has ever opened."""
        return Credentials(f"t{uuid.uuid4().hex[:12]}@live.test", self.password)


def load() -> Live | None:
    """The running servers, or ``None``: then the tests are skipped."""
    path = os.environ.get(VARIABLE)
    if not path or not Path(path).is_file():
        return None
    mail = json.loads(Path(path).read_text(encoding="utf-8"))["mail"]
    certificates = {
        name: (mail[name]["cert_file"], mail[name]["key_file"])
        for name in ("expired", "selfsigned")
        if name in mail
    }
    return Live(
        mail["host"], mail["ports"], mail["password"], mail["ca_file"], certificates
    )
