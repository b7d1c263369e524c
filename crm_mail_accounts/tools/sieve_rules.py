"""Move filters and out of office to the mail server and back, and keep them the same.

Each step is committed before the next one, in an order in which Odoo and the server
never both act:

* to the server: the script is stored, which does nothing yet; *activating* is
  committed, from where on Odoo is silent; the script is made the active one; *server*
  is committed;
* back: *deactivating* is committed; the script that was active before ours becomes so
  again, or none; ours is deleted; *here* is committed.

Whoever dies in between is continued in the next turn, since every step may be done
twice.  Which script was there before ours is written in ours.  A worker that was
thought dead cannot activate a script that its successor has deleted.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta

from odoo import fields

from ..mailkit.errors import MailError, ProtocolError
from ..mailkit.rules.sieve_script import beside_of, conflicts
from ..mailkit.rules.sieve_text import NotExpressible
from ..mailkit.values import Credentials, Endpoint
from . import sieve_words
from .error_messages import describe

_logger = logging.getLogger(__name__)

SCRIPT_NAME = "crm_mail_accounts"
LOOK_EVERY = timedelta(days=1)
"""How often it is looked whether the script is still the active one."""
RETRY_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Look:
    """``beside``: the script of somebody else that is to be run before ours, with its
    ``text``; ``active``: the name that is active now."""

    extensions: frozenset[str]
    names: tuple[str, ...]
    active: str
    beside: str
    text: bytes


def look(session) -> Look:
    """What there is on the server."""
    scripts = session.scripts()
    beside = scripts.active
    if beside == SCRIPT_NAME:
        beside = beside_of(session.get(SCRIPT_NAME))
    if beside not in scripts.names:
        beside = ""
    text = session.get(beside) if beside else b""
    return Look(session.extensions, scripts.names, scripts.active, beside, text)


@dataclass(frozen=True)
class RulesTask:
    wanted: str
    state: str
    digest: str
    endpoint: Endpoint
    credentials: Credentials


class SieveRules:
    """For a worker, in each of its turns; mostly there is nothing to do."""

    def __init__(self, worker):
        self.worker = worker

    def move(self, task: RulesTask) -> None:
        """Never raises a :class:`MailError`: mail goes on coming in."""
        try:
            with self.worker.door._open_sieve__(
                task.endpoint, task.credentials, trace=self.worker.trace
            ) as session:
                if task.wanted == "server":
                    self._to_server(session, task)
                else:
                    self._back(session)
        except MailError as error:
            failed = error
            _logger.info("account %s: %s", self.worker.claim.account_id, error.code)
            self.worker.commit(lambda env: self._failed(env, failed, task.endpoint))
        self.worker.commit(self.worker.tell)

    # -- what is to be done ----------------------------------------------------------

    def _row(self, env):
        return self.worker.account(env).sieve_ids

    def task(self, env) -> RulesTask | None:
        row = self._row(env)
        if not row or row.wanted == row.state == "here":
            return None
        now = fields.Datetime.now()
        if row.retry_at and row.retry_at > now:
            return None
        account = self.worker.account(env)
        if row.wanted == row.state == "server":
            fresh = row.checked_at and row.checked_at > now - LOOK_EVERY
            if fresh and not self._is_stale(account, row):
                return None
        return RulesTask(
            row.wanted,
            row.state,
            row.digest or "",
            account._sieve_endpoint(),
            account._imap_credentials(),
        )

    def _is_stale(self, account, row) -> bool:
        extensions = frozenset((row.extensions or "").split())
        try:
            script = account._sieve_script(extensions, row.beside or "")
        except NotExpressible:
            # what was there goes on; a person is told by the full look
            return not row.problem
        return _digest(script) != row.digest or bool(row.problem)

    # -- to the server -----------------------------------------------------------------

    def _to_server(self, session, task: RulesTask) -> None:
        found = look(session)
        if task.state == "server" and found.active != SCRIPT_NAME:
            self._take_back(session, found)
            return
        problem, script = self.worker.commit(lambda env: self._script(env, found))
        if problem:
            self.worker.commit(lambda env: self._not_there(env, problem))
            return
        session.check(script)
        session.put(SCRIPT_NAME, script)
        if task.state == "here" and not self.worker.commit(self._silence):
            return  # its owner thinks otherwise by now
        if found.active != SCRIPT_NAME:
            session.activate(SCRIPT_NAME)
            if session.scripts().active != SCRIPT_NAME:
                raise ProtocolError("a script that was not activated")
        self.worker.commit(lambda env: self._there(env, found, script))

    def _script(self, env, found: Look) -> tuple[str, bytes]:
        """What hinders it, in words, and the script."""
        account = self.worker.account(env)
        account = account.with_context(lang=account.user_id.lang)
        if conflicts(found.text):
            return sieve_words.conflict(account.env, found.beside), b""
        try:
            return "", account._sieve_script(found.extensions, found.beside)
        except NotExpressible as error:
            return sieve_words.explain(account, error), b""

    def _silence(self, env) -> bool:
        """From here on Odoo does not act."""
        row = self._row(env)
        if row.wanted != "server":
            return False
        row.state = "activating"
        return True

    def _there(self, env, found: Look, script: bytes) -> None:
        self._row(env).write(
            {
                "state": "server",
                "digest": _digest(script),
                "extensions": " ".join(sorted(found.extensions)),
                "beside": found.beside or False,
                "checked_at": fields.Datetime.now(),
                "retry_at": False,
                "problem": False,
            }
        )

    def _not_there(self, env, problem: str) -> None:
        """The old script goes on, where there is one; else nothing was done yet."""
        row = self._row(env)
        values = {"problem": problem, "checked_at": fields.Datetime.now()}
        if row.state != "server":
            values["wanted"] = "here"
        row.write(values)
        self._tell(env, problem)

    # -- back --------------------------------------------------------------------------

    def _back(self, session) -> None:
        self.worker.commit(lambda env: self._row(env).write({"state": "deactivating"}))
        found = look(session)
        if found.active == SCRIPT_NAME:
            session.activate(found.beside)
            if session.scripts().active == SCRIPT_NAME:
                raise ProtocolError("a script that was not deactivated")
        if SCRIPT_NAME in found.names:
            session.delete(SCRIPT_NAME)
        self.worker.commit(lambda env: self._here(env, ""))

    def _take_back(self, session, found: Look) -> None:
        """Somebody else's script is active: ours goes, and Odoo acts again."""
        self.worker.commit(lambda env: self._row(env).write({"state": "deactivating"}))
        if SCRIPT_NAME in found.names:
            session.delete(SCRIPT_NAME)

        def here(env):
            env = env(context={"lang": self.worker.account(env).user_id.lang})
            self._here(env, sieve_words.replaced(env, found.active))

        self.worker.commit(here)

    def _here(self, env, problem: str) -> None:
        row = self._row(env)
        now = fields.Datetime.now()
        values = {"state": "here", "digest": False, "beside": False, "retry_at": False}
        if problem:
            values |= {"wanted": "here", "problem": problem}
        row.write(values | {"checked_at": now})
        # what came in so far was answered by the server
        self.worker.account(env).vacation_ids.write({"enabled_at": now})
        if problem:
            self._tell(env, problem)

    # -- telling -----------------------------------------------------------------------

    def _failed(self, env, error: MailError, endpoint: Endpoint) -> None:
        row = self._row(env)
        env = env(context={"lang": self.worker.account(env).user_id.lang})
        text = describe(env, error, endpoint).text
        known = row.problem == text
        row.write({"problem": text, "retry_at": fields.Datetime.now() + RETRY_AFTER})
        if not known:
            self._tell(env, f"{text} [{error.detail[:200]}]")

    def _tell(self, env, text: str) -> None:
        self.worker.account(env)._log_filter(text, tell=True)


def _digest(script: bytes) -> str:
    return hashlib.sha256(script).hexdigest()
