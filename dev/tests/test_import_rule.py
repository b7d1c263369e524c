"""The import rule finds each violation that it speaks of, and nothing else."""

import importlib.util
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "import_rule.py"
spec = importlib.util.spec_from_file_location("import_rule", SOURCE)
import_rule = importlib.util.module_from_spec(spec)
sys.modules["import_rule"] = import_rule  # dataclasses look their module up
spec.loader.exec_module(import_rule)

ADDON = "crm_mail_accounts"
# A house in order: what the other files of a test import.
HOUSE = {
    "__init__.py": "from . import controllers, models, wizards\n",
    "controllers/__init__.py": "",
    "models/__init__.py": "",
    "models/account.py": "from odoo import models\nfrom ..tools import words\n",
    "tools/words.py": "from odoo import _\nfrom ..mailkit import errors\n",
    "wizards/__init__.py": "",
    "mailkit/__init__.py": "",
    "mailkit/errors.py": "from __future__ import annotations\n",
    "mailkit/values.py": "import dataclasses\n",
    "mailkit/net.py": "import socket\nimport ssl\nfrom . import errors\n",
    "mailkit/net_http.py": "from . import net\nfrom .stream import Stream\n",
    "mailkit/net_dns.py": "import dns.resolver\nfrom . import errors\n",
    "mailkit/stream.py": "from . import net\nfrom .errors import MailError\n",
    "mailkit/session.py": "from . import net\nfrom .stream import Stream\n",
    "mailkit/steps.py": "from . import net\nfrom .session import Session\n",
    "mailkit/imap/__init__.py": "",
    "mailkit/imap/quote.py": "import re\n",
    "mailkit/imap/session.py": (
        "import imapclient\nfrom .. import net\nfrom ..stream import Stream\n"
        "from .quote import quoted\n"
    ),
    "mailkit/smtp/session.py": "import smtplib\nfrom ..stream import Stream\n",
    "mailkit/mime/parse.py": "import email\nimport lxml.html\nfrom ..values import X\n",
    "mailkit/sync/plan.py": "from ..imap.quote import quoted\n",
    "mailkit/discovery/find.py": "from lxml import etree\nfrom ..values import X\n",
    "mailkit/tests/test_net.py": "import socket\nimport pytest\nimport mailkit.net\n",
}


@pytest.fixture
def findings(tmp_path):
    """Findings for the house with some files added, as "path:line: text"."""

    def check(files, exceptions=None):
        named = {f"{ADDON}/{name}": text for name, text in HOUSE.items()}
        for name, text in files.items():
            named[name if name.startswith("dev/") else f"{ADDON}/{name}"] = text
        for name, text in named.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        found = import_rule.Rule(tmp_path, exceptions or {}).findings()
        return [str(item).removeprefix(f"{ADDON}/") for item in found]

    return check


def test_a_house_in_order_has_no_finding(findings):
    assert findings({}) == []


@pytest.mark.parametrize(
    "line",
    [
        "import odoo",
        "import odoo.tools.mail",
        "from odoo import fields",
        "from odoo.tools import mail",
        "import openerp",
        "__import__('odoo')",
        "importlib.import_module('odoo.tools')",
        "if TYPE_CHECKING:\n    import odoo",
        "def late():\n    import odoo",
    ],
)
@pytest.mark.parametrize("place", ["values", "imap/wire", "tests/test_values"])
def test_mailkit_never_imports_odoo(findings, place, line):
    found = findings({f"mailkit/{place}.py": line + "\n"})
    assert len(found) == 1
    assert found[0].endswith("mailkit never imports odoo")


@pytest.mark.parametrize(
    "line",
    [
        "from .. import tools",
        "from ..tools import words",
        "from ..tools.words import say",
        "from odoo.addons.crm_mail_accounts.models import account",
        "import crm_mail_accounts.tools",
    ],
)
def test_mailkit_never_imports_its_host(findings, line):
    found = findings({"mailkit/values.py": line + "\n"})
    assert len(found) == 1
    assert "mailkit/values.py:1: mailkit never imports its host" in found[0]


def test_mailkit_does_not_climb_out_of_the_addon(findings):
    found = findings({"mailkit/values.py": "from ... import crm\n"})
    assert found == ["mailkit/values.py:1: mailkit never imports odoo"]


@pytest.mark.parametrize("room", ["mime", "sync", "rules", "discovery"])
@pytest.mark.parametrize(
    "line",
    [
        "import dns.resolver",
        "import socket",
        "import ssl",
        "import smtplib",
        "import imaplib",
        "import poplib",
        "import http.client",
        "from http import client",
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import requests",
        "import imapclient",
    ],
)
def test_pure_rooms_never_import_the_network(findings, room, line):
    found = findings({f"mailkit/{room}/some.py": line + "\n"})
    assert len(found) == 1
    assert f"mailkit/{room}/some.py:1: {room} never imports" in found[0]


def test_pure_rooms_may_take_an_address_apart(findings):
    assert (
        findings({"mailkit/mime/html.py": "from urllib.parse import urlsplit\n"}) == []
    )


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ("from .. import net", "net"),
        ("from ..net import connect", "net"),
        ("import mailkit.net", "net"),
        ("from ..net_http import fetch", "net_http"),
        ("from ..net_dns import ask", "net_dns"),
        ("from ..stream import Stream", "stream -> net"),
        ("from ..session import Session", "session -> net"),
        ("from ..steps import Steps", "steps -> net"),
        ("from ..imap import session", "imap.session -> net"),
        ("from ..imap.session import Session", "imap.session -> net"),
    ],
)
def test_pure_rooms_never_reach_net_by_any_way(findings, line, way):
    found = findings({"mailkit/sync/some.py": line + "\n"})
    assert found == [f"mailkit/sync/some.py:1: sync never reaches net: {way}"]


def test_a_package_that_imports_net_is_a_way_to_net(findings):
    files = {"mailkit/imap/__init__.py": "from .session import Session\n"}
    found = findings(files)
    way = "imap -> imap.session -> net"
    assert found == [f"mailkit/sync/plan.py:1: sync never reaches net: {way}"]


def test_an_import_for_types_only_opens_no_connection(findings):
    lines = "if TYPE_CHECKING:\n    import socket\n    from .. import net\n"
    assert findings({"mailkit/sync/some.py": lines}) == []


@pytest.mark.parametrize("library", ["socket", "ssl", "asyncio", "urllib.request"])
@pytest.mark.parametrize("place", ["trace", "imap/wire", "smtp/session"])
def test_only_net_opens_connections(findings, place, library):
    found = findings({f"mailkit/{place}.py": f"import {library}\n"})
    text = f"only mailkit/net.py may import {library}"
    assert found == [f"mailkit/{place}.py:1: {text}"]


@pytest.mark.parametrize("place", ["net", "net_http", "trace", "imap/wire"])
def test_only_the_door_to_the_dns_asks_it(findings, place):
    found = findings({f"mailkit/{place}.py": "import dns.resolver\n"})
    assert found == [f"mailkit/{place}.py:1: only mailkit/net_dns.py may import dns"]


@pytest.mark.parametrize("place", ["net_http", "net_dns"])
def test_the_doors_of_discovery_open_no_connection_of_their_own(findings, place):
    found = findings({f"mailkit/{place}.py": "import http.client\n"})
    text = "only mailkit/net.py may import http"
    assert found == [f"mailkit/{place}.py:1: {text}"]


@pytest.mark.parametrize("door", ["net_http", "net_dns"])
def test_protocols_speak_neither_http_nor_dns(findings, door):
    found = findings({"mailkit/imap/some.py": f"from .. import {door}\n"})
    assert len(found) == 1
    assert "imap imports only errors, limits, net" in found[0]


def test_an_exception_is_listed_by_module_and_name(findings):
    files = {"mailkit/trace.py": "import ssl\nimport socket\n"}
    found = findings(files, {("mailkit.trace", "ssl"): "names of TLS versions"})
    assert found == ["mailkit/trace.py:2: only mailkit/net.py may import socket"]


def test_an_exception_that_nobody_needs_is_a_finding(findings):
    found = findings({}, {("mailkit.trace", "ssl"): "names of TLS versions"})
    assert len(found) == 1
    assert "nobody needs the exception (mailkit.trace, ssl)" in found[0]


@pytest.mark.parametrize(
    ("place", "library"),
    [("smtp/some", "imapclient"), ("imap/some", "smtplib"), ("sieve/some", "poplib")],
)
def test_a_protocol_uses_its_own_library_only(findings, place, library):
    found = findings({f"mailkit/{place}.py": f"import {library}\n"})
    text = f"only mailkit/net.py may import {library}"
    assert found == [f"mailkit/{place}.py:1: {text}"]


@pytest.mark.parametrize("room", ["imap", "smtp", "pop3", "sieve"])
@pytest.mark.parametrize(
    "line",
    ["from ..mime import parse", "from ..sync.plan import x", "from .. import secrets"],
)
def test_protocols_import_their_own_room_and_what_is_shared(findings, room, line):
    found = findings({f"mailkit/{room}/some.py": line + "\n"})
    assert len(found) == 1
    assert f"{room} imports only errors, limits, net" in found[0]


@pytest.mark.parametrize("room", ["imap", "smtp", "pop3", "sieve"])
def test_protocols_share_the_session_and_the_steps_of_its_test(findings, room):
    lines = "from ..session import Session\nfrom ..steps import Steps\n"
    assert findings({f"mailkit/{room}/some.py": lines}) == []


def test_the_shared_session_knows_no_protocol(findings):
    found = findings({"mailkit/session.py": "from .imap.session import Session\n"})
    text = "the rooms stand on session, it knows none of them"
    assert "mailkit/session.py:1: " + text in found


def test_protocols_need_no_library_but_their_own(findings):
    found = findings({"mailkit/imap/some.py": "import nh3\n"})
    assert len(found) == 1
    assert "imap needs no nh3" in found[0]


def test_what_is_shared_knows_no_room(findings):
    found = findings({"mailkit/values.py": "from .mime import parse\n"})
    assert found == [
        "mailkit/values.py:1: the rooms stand on values, it knows none of them"
    ]


def test_a_new_library_is_a_decision(findings):
    found = findings({"mailkit/mime/some.py": "import chardet\n"})
    assert found == ["mailkit/mime/some.py:1: mailkit does not use the library chardet"]


@pytest.mark.parametrize(
    ("importer", "line", "target"),
    [
        ("models/some.py", "from ..controllers import message", "controllers"),
        ("models/some.py", "from ..wizards import setup", "wizards"),
        ("tools/some.py", "from ..models.account import Account", "models"),
        (
            "tools/some.py",
            "from odoo.addons.crm_mail_accounts.models import account",
            "models",
        ),
        ("wizards/some.py", "from .. import controllers", "controllers"),
    ],
)
def test_imports_go_one_way(findings, importer, line, target):
    found = findings({importer: line + "\n"})
    room = importer.split("/")[0]
    text = f"{room} never import {target}: imports go one way"
    assert found == [f"{importer}:1: {text}"]


@pytest.mark.parametrize("room", ["models", "wizards"])
@pytest.mark.parametrize(
    "line",
    [
        "import socket",
        "import ssl",
        "import smtplib",
        "from imapclient import IMAPClient",
        "import email",
        "from email.message import EmailMessage",
        "from email import policy",
    ],
)
def test_models_know_neither_sockets_nor_mime(findings, room, line):
    found = findings({f"{room}/some.py": line + "\n"})
    assert len(found) == 1
    assert f"{room}/some.py:1: {room} never import" in found[0]


def test_models_may_import_odoos_own_mail(findings):
    files = {"models/some.py": "from odoo.tools.mail import email_normalize\n"}
    assert findings(files) == []


@pytest.mark.parametrize(
    "line",
    [
        "request.env['x'].sudo().search([])",
        "records = records.sudo()",
        "if request.env.user.sudo().share:\n    pass",
        "mails = (\n    request.env['x']\n    .sudo()\n    .search([])\n)",
    ],
)
def test_a_controller_says_why_it_uses_sudo(findings, line):
    path = "controllers/message.py"
    found = findings({path: f"# the owner was checked\n{line}\n"})
    assert len(found) == 1
    assert 'sudo() without a comment "sudo: <reason>" directly above' in found[0]
    assert findings({path: f"# sudo: the owner was checked\n{line}\n"}) == []
    assert findings({path: f"# sudo: was\n# checked above\n{line}\n"}) == []
    assert len(findings({path: f"# sudo: was checked\n\n{line}\n"})) == 1


def test_the_reason_may_stand_above_the_line_of_a_chain(findings):
    lines = "mails = (\n    request.env['x']\n    # sudo: checked\n    .sudo()\n)\n"
    assert findings({"controllers/message.py": lines}) == []


def test_one_reason_excuses_one_sudo(findings):
    lines = "# sudo: checked\na = b.sudo()\nc = d.sudo()\n"
    found = findings({"controllers/message.py": lines})
    assert [item.split(" ")[0] for item in found] == ["controllers/message.py:3:"]


@pytest.mark.parametrize(
    "method",
    "fetch search add_flags set_flags move copy idle sort".split(),
)
@pytest.mark.parametrize(
    "lines",
    [
        "client.{method}(1)",
        "self._client.{method}(1)",
        "self.imap_client.{method}(1)",
        "box = IMAPClient('host')\nbox.{method}(1)",
        "def f(box: IMAPClient):\n    box.{method}(1)",
        "with imapclient.IMAPClient('host') as box:\n    box.{method}(1)",
        "class Box(IMAPClient):\n    def f(self):\n        self.{method}(1)",
        "class Box(IMAPClient):\n    def f(self):\n        super().{method}(1)",
    ],
)
def test_commands_that_imapclient_gets_wrong_are_ours(findings, lines, method):
    lines = lines.format(method=method)
    found = findings({"mailkit/imap/some.py": lines + "\n"})
    assert len(found) == 1
    assert f"imapclient's {method}() is forbidden" in found[0]
    # In the tools of developers, too.
    found = findings({"dev/some.py": f"import imapclient\n{lines}\n"})
    assert sum(item.startswith("dev/some.py") for item in found) == 1


def test_a_session_does_not_lend_its_client(findings):
    found = findings({"tools/worker.py": "session.client.fetch('1:*', ['FLAGS'])\n"})
    assert len(found) == 1
    assert "imapclient's fetch() is forbidden" in found[0]


@pytest.mark.parametrize(
    "line",
    [
        "client.login('a', 'b')",
        "client.append('INBOX', b'')",
        "re.search('a', 'b')",
        "session.fetch('1:*')",
        "shutil.copy('a', 'b')",
        "clients.copy()",
        "copy.copy(client)",
    ],
)
def test_other_calls_are_free(findings, line):
    assert findings({"mailkit/imap/some.py": line + "\n"}) == []


@pytest.mark.parametrize("line", ["client.search([])", "self.client.search([])"])
def test_a_model_may_be_called_client(findings, line):
    files = {"tests/test_client.py": f"client = self.env['crm.mail.client']\n{line}\n"}
    assert findings(files) == []


def test_a_file_that_is_no_python_is_a_finding(findings):
    found = findings({"mailkit/mime/some.py": "def f(:\n"})
    assert len(found) == 1
    assert found[0].startswith("mailkit/mime/some.py:1: cannot be read")


def test_the_command_prints_findings_and_says_so_by_its_status(tmp_path, capsys):
    path = tmp_path / ADDON / "mailkit/values.py"
    path.parent.mkdir(parents=True)
    path.write_text("import odoo\n")
    assert import_rule.main([str(tmp_path)]) == 1
    assert "mailkit never imports odoo" in capsys.readouterr().out
    path.write_text("import re\n")
    assert import_rule.main([str(tmp_path)]) == 0
