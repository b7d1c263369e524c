"""The import rule of the house: who may know whom inside the addon.

Read by ``ast``; nothing is imported.  The rooms from the screen to the wire are::

    controllers -> wizards -> models -> tools -> mailkit -> standard library

and a room knows only rooms to its right.  Inside ``mailkit``::

    imap | smtp | pop3 | sieve  -> steps -> session -> stream -> net, trace -> values,
                                   errors, limits
    mime, sync, rules, discovery   never reach net, not even through another module

What each finding means, and why, stands beside the table that decides it.  A module
that has a good reason gets a line in ``EXCEPTIONS``; a line that nobody needs any
longer is a finding too.  Tests of ``mailkit`` may use any library, but never Odoo.

Usage: ``python3 dev/import_rule.py [CHECKOUT]``, or as ``imports`` of ``dev/lint``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ADDON = "crm_mail_accounts"
ROOMS = ("controllers", "wizards", "models", "tools", "mailkit")

# Modules that open connections or speak over them.
NETWORK = frozenset(
    "aiohttp aiosmtpd asyncio dns ftplib http httpx imapclient imaplib poplib requests "
    "select selectors smtplib socket socketserver ssl telnetlib urllib.request urllib3 "
    "xmlrpc".split()
)
# Each protocol room may use the library of its own protocol, on a socket from net.
PROTOCOLS = {
    "imap": frozenset({"imapclient", "imaplib"}),
    "smtp": frozenset({"smtplib"}),
    "pop3": frozenset({"poplib"}),
    "sieve": frozenset(),
}
# What the protocol rooms share: `stream` is the buffered reader on net's socket, `sasl`
# the login by token, `session` what all sessions do alike, `steps` the list of what a
# connection test did, `words` what a reader searches for.
SHARED = frozenset(
    "errors limits net sasl session steps stream trace values words".split()
)
PURE = frozenset({"mime", "sync", "rules", "discovery"})
# The network's door, and what each part of it may import of NETWORK.  `net_http` speaks
# HTTPS for discovery on net's own socket; `net_dns` asks for SRV and MX records, which
# no socket of ours could, and its library opens sockets of its own; `net_oauth` asks an
# OAuth 2 provider by the host's own client, whose proxy and authorities must count.
DOORS = {
    "mailkit.net": NETWORK - {"dns"},
    "mailkit.net_http": frozenset(),
    "mailkit.net_dns": frozenset({"dns"}),
    "mailkit.net_oauth": frozenset({"requests"}),
}
# Libraries besides the standard one.  Two are optional and come with others: asn1crypto
# with Odoo, charset_normalizer with requests.
LIBRARIES = frozenset(
    {"asn1crypto", "charset_normalizer", "cryptography", "lxml", "nh3"}
)
# Stored data knows neither sockets nor MIME details: both are mailkit's business.
NOT_IN_MODELS = frozenset({"email", "imapclient", "imaplib", "poplib", "smtplib"}) | {
    "socket",
    "ssl",
}
ODOO = frozenset({"odoo", "openerp"})
# FETCH, SEARCH, STORE, MOVE, COPY and IDLE go through mailkit/imap/wire.py: imapclient
# breaks range FETCHes, can be made to inject commands, and loses a batch to one mail.
CLIENT_CALLS = frozenset(
    "add_flags add_gmail_labels copy delete_messages fetch get_flags get_gmail_labels "
    "gmail_search idle idle_check idle_done move remove_flags remove_gmail_labels "
    "search set_flags set_gmail_labels sort thread".split()
)
# How a client is called where its making is not in sight.
CLIENT_NAME = re.compile(r"_?(imap_?)?client")

# (module, what it imports): the reason.
EXCEPTIONS: dict[tuple[str, str], str] = {}


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Import:
    """One imported name: `name` within the addon (``own``) or in the world."""

    line: int
    name: str
    own: bool
    typing_only: bool = False


@dataclass(frozen=True)
class Module:
    path: Path
    label: str  # the path that a finding shows
    name: str  # dotted, from its folder: "mailkit.imap.wire"
    is_package: bool
    tree: ast.Module
    lines: tuple[str, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.name.split(".")) if self.name else ()

    @property
    def is_test(self) -> bool:
        return "tests" in self.parts


def within(name: str, modules: frozenset[str]) -> str | None:
    """That of the modules which `name` is, or is a part of."""
    parts = name.split(".")
    heads = (".".join(parts[:size]) for size in range(1, len(parts) + 1))
    return next((head for head in heads if head in modules), None)


def read(path: Path, folder: Path, root: Path) -> Module:
    source = path.read_text(encoding="utf-8")
    parts = list(path.relative_to(folder).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    label = path.relative_to(root).as_posix()
    lines = tuple(source.splitlines())
    return Module(path, label, name, is_package, ast.parse(source, label), lines)


def typing_nodes(tree: ast.Module) -> set[ast.AST]:
    """What stands below ``if TYPE_CHECKING:``: no import at run time."""
    return {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for child in ast.walk(statement)
    }


def own_name(name: str) -> str | None:
    """The addon's part of an absolute name, None for the rest of the world."""
    for prefix in (f"odoo.addons.{ADDON}", ADDON):
        if name == prefix or name.startswith(f"{prefix}."):
            return name[len(prefix) + 1 :]
    # `mailkit/tests` have the addon's folder on their path.
    return name if name.split(".")[0] == "mailkit" else None


def imports(module: Module) -> Iterator[Import]:
    quiet = typing_nodes(module.tree)
    for node in ast.walk(module.tree):
        for name in imported_names(node, module):
            inside = own_name(name) if not name.startswith(".") else name[1:]
            typing_only = node in quiet
            if inside is None:
                yield Import(node.lineno, name, False, typing_only)
            else:
                yield Import(node.lineno, inside, True, typing_only)


def imported_names(node: ast.AST, module: Module) -> Iterator[str]:
    """Absolute names; those of relative imports begin with a dot at the addon's root.

    ``..`` beyond the addon gives ``odoo``: there is nothing else above it.
    """
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            keep = len(module.parts) - node.level + module.is_package
            if keep < 0:
                yield "odoo"
                return
            base = "." + ".".join((*module.parts[:keep], *filter(None, [base])))
        for alias in node.names:
            yield f"{base}.{alias.name}" if base not in ("", ".") else base + alias.name
    elif isinstance(node, ast.Call) and node.args:
        called = ast.unparse(node.func)
        first = node.args[0]
        dynamic = called in ("__import__", "import_module", "importlib.import_module")
        if dynamic and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


class Rule:
    """All modules of one checkout, and what is wrong with their imports."""

    def __init__(self, root: Path, exceptions: Mapping[tuple[str, str], str]):
        self.root = root
        self.addon = root / ADDON
        self.exceptions = exceptions
        self.used: set[tuple[str, str]] = set()
        self.unreadable: set[Finding] = set()
        self.modules = {module.name: module for module in self.read_all(self.addon)}
        self.dev = list(self.read_all(root / "dev"))
        self.imports = {
            name: tuple(imports(module)) for name, module in self.modules.items()
        }

    def read_all(self, folder: Path) -> Iterator[Module]:
        for path in sorted(folder.rglob("*.py")):
            try:
                yield read(path, folder, self.root)
            except (SyntaxError, UnicodeDecodeError) as error:
                label = path.relative_to(self.root).as_posix()
                line = getattr(error, "lineno", None) or 1
                self.unreadable.add(Finding(label, line, f"cannot be read: {error}"))

    def findings(self) -> list[Finding]:
        found = set(self.unreadable)
        for module in self.modules.values():
            found.update(self.of_module(module))
        for module in self.dev:
            found.update(client_calls(module))
        for module, name in sorted(self.exceptions.keys() - self.used):
            text = f"nobody needs the exception ({module}, {name}) any longer"
            found.add(Finding("dev/import_rule.py", 1, text))
        return sorted(found)

    def of_module(self, module: Module) -> Iterator[Finding]:
        room = module.parts[0] if module.parts else ""
        for item in self.imports[module.name]:
            text = self.wrong(module, room, item)
            if text and not self.excused(module.name, item.name):
                yield Finding(module.label, item.line, text)
        if room == "controllers":
            yield from silent_sudo(module)
        yield from client_calls(module)

    def excused(self, module: str, name: str) -> bool:
        key = (module, name)
        if key in self.exceptions:
            self.used.add(key)
        return key in self.exceptions

    def wrong(self, module: Module, room: str, item: Import) -> str | None:
        """Why this module may not import that, None if it may."""
        if room == "mailkit":
            return self.wrong_in_mailkit(module, item)
        if room in ROOMS and item.own:
            target = item.name.split(".")[0]
            if target in ROOMS and ROOMS.index(target) < ROOMS.index(room):
                return f"{room} never import {target}: imports go one way"
        if room in ("models", "wizards") and not item.own:
            library = within(item.name, NOT_IN_MODELS)
            if library:
                return f"{room} never import {library}: that is mailkit's business"
        return None

    def wrong_in_mailkit(self, module: Module, item: Import) -> str | None:
        if not item.own and within(item.name, ODOO):
            return "mailkit never imports odoo"
        if item.own and item.name.split(".")[0] != "mailkit":
            return f"mailkit never imports its host ({item.name or ADDON})"
        if module.is_test:
            return None
        room = module.parts[1] if len(module.parts) > 1 else ""
        if item.own:
            return self.wrong_neighbour(room, item)
        return wrong_library(module.name, room, item)

    def wrong_neighbour(self, room: str, item: Import) -> str | None:
        target = (item.name.split(".") + [""])[1]
        if room in PURE and not item.typing_only:
            path = self.path_to_door(item.name)
            if path:
                return f"{room} never reaches net: {' -> '.join(path)}"
        if not room_exists(room) and room_exists(target):
            return f"the rooms stand on {room or 'mailkit'}, it knows none of them"
        if room in PROTOCOLS and target not in SHARED | {room, ""}:
            return f"{room} imports only {', '.join(sorted(SHARED))} and its own room"
        return None

    def path_to_door(self, name: str) -> list[str] | None:
        """The chain of modules by which importing `name` imports a door, if it does."""
        todo = [[start] for start in self.loaded(name)]
        seen: set[str] = set()
        while todo:
            path = todo.pop(0)
            if path[-1] in DOORS:
                return [part.removeprefix("mailkit.") for part in path]
            if path[-1] in seen:
                continue
            seen.add(path[-1])
            for item in self.imports[path[-1]]:
                if item.own and not item.typing_only:
                    todo += [[*path, other] for other in self.loaded(item.name)]
        return None

    def loaded(self, name: str) -> Iterator[str]:
        """The modules that an import of `name` executes: it and its packages."""
        parts = name.split(".")
        for size in range(1, len(parts) + 1):
            head = ".".join(parts[:size])
            if head in self.modules:
                yield head


def room_exists(name: str) -> bool:
    return name in PURE or name in PROTOCOLS


def wrong_library(module: str, room: str, item: Import) -> str | None:
    top = item.name.split(".")[0]
    network = within(item.name, NETWORK)
    if network and not item.typing_only:
        if room in PURE:
            return f"{room} never imports {network}: it is given bytes and values"
        own = within(item.name, PROTOCOLS.get(room, frozenset()))
        if network not in DOORS.get(module, ()) and not own:
            door = next(name for name, may in DOORS.items() if network in may)
            return f"only {door.replace('.', '/')}.py may import {network}"
        return None
    if top not in sys.stdlib_module_names and top not in LIBRARIES | NETWORK:
        return f"mailkit does not use the library {top}"
    if room in PROTOCOLS and top in LIBRARIES:
        return f"{room} needs no {top}: only the standard library and its protocol's"
    return None


def silent_sudo(module: Module) -> Iterator[Finding]:
    """``.sudo()`` in a controller says why, in a comment "sudo: ..." right above it."""
    statements: dict[ast.AST, int] = {}
    for node in ast.walk(module.tree):  # breadth first: inner statements win
        if isinstance(node, ast.stmt):
            statements.update((child, node.lineno) for child in ast.walk(node))
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Attribute) and node.attr == "sudo"):
            continue
        line = node.end_lineno or node.lineno
        if not any(
            reason_above(module.lines, place) for place in (line, statements[node])
        ):
            text = 'sudo() without a comment "sudo: <reason>" directly above'
            yield Finding(module.label, line, text)


def reason_above(lines: tuple[str, ...], line: int) -> bool:
    for text in map(str.strip, reversed(lines[: line - 1])):
        if not text.startswith("#"):
            return False
        if "sudo:" in text:
            return True
    return False


def client_calls(module: Module) -> Iterator[Finding]:
    """Calls of imapclient's own FETCH, SEARCH, STORE, MOVE, COPY and IDLE."""
    names = client_names(module.tree)
    inside = subclass_nodes(module.tree)
    # A mere "client" is imapclient's here; elsewhere it may be a model.
    familiar = module.parts[:1] == ("mailkit",) or any(
        within(item.name, frozenset({"imapclient"})) for item in imports(module)
    )
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        method, receiver = node.func.attr, ast.unparse(node.func.value)
        if method not in CLIENT_CALLS:
            continue
        before, _, last = receiver.rpartition(".")
        named = familiar or before not in ("", "self")
        own = node in inside and receiver in ("self", "super()")
        if own or last in names or (named and CLIENT_NAME.fullmatch(last)):
            text = f"imapclient's {method}() is forbidden: use mailkit/imap/wire.py"
            yield Finding(module.label, node.lineno, text)


def subclass_nodes(tree: ast.Module) -> set[ast.AST]:
    """Everything inside classes that are made of IMAPClient."""
    return {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(map(is_client, node.bases))
        for child in ast.walk(node)
    }


def client_names(tree: ast.Module) -> set[str]:
    """Names that are bound or annotated to be an IMAPClient."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.arg | ast.withitem):
            value = getattr(node, "value", None) or getattr(node, "context_expr", None)
            made = isinstance(value, ast.Call) and is_client(value.func)
            if made or is_client(getattr(node, "annotation", None)):
                names.update(bound(node))
    return names


def is_client(node: ast.AST | None) -> bool:
    return node is not None and "IMAPClient" in ast.unparse(node)


def bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.withitem):
        if node.optional_vars is not None:
            yield ast.unparse(node.optional_vars)
    else:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (ast.unparse(target).rsplit(".", 1)[-1] for target in targets)


def main(arguments: list[str]) -> int:
    root = Path(arguments[0] if arguments else Path(__file__).parents[1]).resolve()
    found = Rule(root, EXCEPTIONS).findings()
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
