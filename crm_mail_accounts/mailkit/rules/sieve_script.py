"""The filters of a mailbox and its out of office as one Sieve script.

The script decides like :func:`match.plan`: rule by rule it remembers what is wanted,
and acts at the end, so that a mark that a later rule sets is on a mail that an earlier
one files.  The first rule that moves or deletes decides where a mail lies.

A folder that is gone leaves the mail in the inbox, where the server can ask for it
(``mailbox``, RFC 5490).

A script that was active before is run first, unchanged, by ``include`` (RFC 6609): ours
stands beside it and is the active one, so nothing is ever written into somebody else's
script, and switching back makes theirs the active one again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .match import Action, Rule
from .sieve_tests import sieve_test
from .sieve_text import NotExpressible, quoted
from .sieve_vacation import Vacation, vacation_lines

INBOX = "INBOX"
_MARKS = {"read": "\\Seen", "flag": "\\Flagged"}
_BESIDE = re.compile(
    r'^include :personal :optional "((?:[^"\\]|\\.)*)";\r?$', re.MULTILINE
)
_CONFLICTS = re.compile(rb"\b(vacation|reject|ereject)\b", re.IGNORECASE)


EVERY_EXTENSION = frozenset(
    """
    body copy date fileinto imap4flags include index mailbox relational
    vacation variables
    """.split()
)
"""What a server may offer of what is written here: to tell what no server can do."""


@dataclass(frozen=True)
class Setting:
    """What the script has to fit to.

    ``own``: the mailbox's address. ``folders``: names by id, as the server's hierarchy
    has them, readable (RFC 5228 4.1); the inbox is ``INBOX``. ``trash``: name of the
    folder for deleted mail. ``extensions``: what the server offers, in lower case.
    ``beside``: name of the script that is run before ours, ``""`` for none.
    """

    own: str
    folders: Mapping[int, str]
    trash: str
    extensions: frozenset[str]
    beside: str = ""
    vacation: Vacation | None = None


@dataclass
class _Draft:
    """A script that is being written."""

    setting: Setting
    needs: set[str] = field(default_factory=lambda: {"variables"})
    lines: list[str] = field(default_factory=list)
    copies: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    may_stop: bool = False


def sieve_script(rules: Iterable[Rule], names: Mapping[int, str], setting: Setting):
    """The whole script, lines ended by CRLF.

    :param names: of the rules, for the comments
    :raises NotExpressible: what Sieve, or this server, cannot do; ``rule`` says where
    """
    draft = _Draft(setting)
    for rule in rules:
        try:
            _write_rule(draft, rule, names.get(rule.id, ""))
        except NotExpressible as error:
            error.rule = rule.id
            raise
    draft.lines += _placing(draft)
    if setting.vacation:
        draft.lines += vacation_lines(setting.vacation, setting.extensions, draft.needs)
    head = []
    if setting.beside:
        draft.needs.add("include")
        if "${" in setting.beside:
            raise NotExpressible("characters", "include")
        head = [f"include :personal :optional {quoted(setting.beside)};", ""]
    missing = sorted(draft.needs - setting.extensions)
    if missing:
        raise NotExpressible("extension", missing[0])
    wanted = ", ".join(quoted(word) for word in sorted(draft.needs))
    lines = [
        "# Filters and out of office of this mailbox, written by Odoo.",
        "# Change them there: what is written here is replaced.",
        f"require [{wanted}];",
        "",
        *head,
        *(['set "dollar" "$";', ""] if _uses_dollar(draft.lines) else []),
        *draft.lines,
    ]
    return "\r\n".join(lines) + "\r\n"


def beside_of(script: bytes) -> str:
    """The script that one of ours runs first; ``""`` for none."""
    found = _BESIDE.search(script.decode("utf-8", "replace"))
    return re.sub(r"\\(.)", r"\1", found[1]) if found else ""


def conflicts(script: bytes) -> bool:
    """Whether a script of somebody else answers or refuses mails, which servers do not
    do together with what ours does (RFC 5230 4.7, RFC 5429 2.5).

    Words within comments and texts count too: nobody is harmed by a doubt.
    """
    return bool(_CONFLICTS.search(script))


def _uses_dollar(lines: Iterable[str]) -> bool:
    return any("${dollar}" in line for line in lines)


def _write_rule(draft: _Draft, rule: Rule, name: str) -> None:
    if rule.match != "every" and not rule.conditions:
        return
    setting = draft.setting
    tests = [
        sieve_test(condition, setting.own, draft.needs) for condition in rule.conditions
    ]
    if rule.match == "every":
        tests = ["true"]
    joined = tests[0] if len(tests) == 1 else _joined(rule.match, tests)
    if draft.may_stop:
        joined = f'allof (not string :is "${{stopped}}" "1", {joined})'
    body = [line for action in rule.actions for line in _deed(draft, action)]
    if rule.stop:
        draft.may_stop = True
        body.append('set "stopped" "1";')
    if not body:
        return
    comment = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    draft.lines += [
        *([f"# {comment[:100]}"] if comment else []),
        f"if {joined} {{",
        *(f"    {line}" for line in body),
        "}",
        "",
    ]


def _joined(match: str, tests: list[str]) -> str:
    word = "anyof" if match == "any" else "allof"
    return f"{word} ({', '.join(tests)})"


def _deed(draft: _Draft, action: Action) -> list[str]:
    kind, setting = action.kind, draft.setting
    if kind in _MARKS or kind == "keyword":
        draft.needs.add("imap4flags")
        return [f"addflag {quoted(_MARKS.get(kind) or action.value)};"]
    if kind in ("move", "delete"):
        target = setting.trash if kind == "delete" else _folder(setting, action)
        if not target:
            return []
        number = draft.places.setdefault(target, len(draft.places) + 1)
        return [f'if string :is "${{place}}" "" {{ set "place" "{number}"; }}']
    if kind == "copy":
        target = _folder(setting, action)
        if not target or target == INBOX:
            return []
        number = draft.copies.setdefault(target, len(draft.copies) + 1)
        return [f'set "copy{number}" "1";']
    raise NotExpressible("crm", kind)


def _folder(setting: Setting, action: Action) -> str:
    return setting.folders.get(action.target, "")


def _placing(draft: _Draft) -> list[str]:
    lines = []
    for name, number in draft.copies.items():
        draft.needs |= {"fileinto", "copy"}
        test = f'string :is "${{copy{number}}}" "1"'
        if name in draft.places:
            # of two into one folder servers make one, which keeps the mail in the inbox
            test += f', not string :is "${{place}}" "{draft.places[name]}"'
        test = _guarded(draft, test, name)
        lines.append(f"if {test} {{ fileinto :copy {_mailbox(name)}; }}")
    for name, number in draft.places.items():
        if name == INBOX:
            continue
        draft.needs.add("fileinto")
        test = _guarded(draft, f'string :is "${{place}}" "{number}"', name)
        lines.append(f"if {test} {{ fileinto {_mailbox(name)}; }}")
    return lines


def _guarded(draft: _Draft, tests: str, name: str) -> str:
    if "mailbox" not in draft.setting.extensions:
        return f"allof ({tests})"
    draft.needs.add("mailbox")
    return f"allof ({tests}, mailboxexists {_mailbox(name)})"


def _mailbox(name: str) -> str:
    try:
        return quoted(name)
    except NotExpressible:
        raise NotExpressible("folder", name) from None
