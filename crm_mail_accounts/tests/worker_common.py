"""Workers of the sync with transactions and processes of their own."""

import os
import signal
import traceback
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields, sql_db

from ..tools.account_worker import AccountWorker
from ..tools.host_policy import PARAMETER
from .common import MailCase
from .sync_stories import StoryCase

PLACES = ("before", "inside", "after")
"""Where a worker dies: with the server's answer and nothing stored; with the rows
written and not committed; with the commit done and nothing after it."""


class WorkerCase(StoryCase):
    """Workers with transactions of their own: killed, taken over, side by side.

    What they share is committed, so this class cleans up after itself.
    """

    @classmethod
    def setUpClass(cls):
        # No people of the class's transaction: they would lock what is committed here.
        super(MailCase, cls).setUpClass()
        cls.owner = cls.env.ref("base.user_admin")

    def setUp(self):
        super().setUp()
        self.leads = []
        self.accounts = []
        with self.committed() as env:
            env["ir.config_parameter"].set_param(PARAMETER, "localhost")
        self.addCleanup(self.clean_up)

    @contextmanager
    def committed(self):
        """What is true for everybody, and what is done for everybody: a transaction of
        its own, committed at the end, in the place of the test's."""
        before = self.env, self.owner
        with self.registry.cursor() as cr:
            self.env = api.Environment(cr, SUPERUSER_ID, {})
            self.owner = self.env.ref("base.user_admin")
            try:
                yield self.env
                self.env.flush_all()
            finally:
                self.env, self.owner = before

    def clean_up(self):
        with self.committed() as env:
            env["ir.config_parameter"].set_param(PARAMETER, False)
            env["crm.lead"].browse(self.leads).unlink()
            env["crm.mail.account"].browse(self.accounts).unlink()
            env["crm.mail.message"].search([("user_id", "=", self.owner.id)]).unlink()
            env["crm.mail.log"].search([("user_id", "=", self.owner.id)]).unlink()

    def committed_account(self, **values):
        with self.committed():
            account = self.new_account(**values)
            self.accounts.append(account.id)
        self.lane()
        return account.id

    def account(self, account_id):
        return self.env["crm.mail.account"].browse(account_id)

    def lane(self):
        """What a cron does, until nothing is due."""
        for _turn in range(50):
            with self.committed() as env:
                claim = env["crm.mail.account.lease"]._claim()
            if claim is None:
                return
            self.door()._work_on(claim)

    def door(self):
        return self.env["crm.mail.account"].sudo()

    def make_due(self, account_id):
        """As when the pauses are over, and a dead worker's lease."""
        with self.committed() as env:
            account = self.account(account_id)
            account.folder_ids.write({"checked_at": False, "scanned_at": False})
            env["crm.mail.operation"].search([]).not_before = False
            account.lease_ids.write(
                {
                    "due": fields.Datetime.now() - timedelta(seconds=5),
                    "until": False,
                    "listed_at": False,
                }
            )

    def rest(self, account_id):
        for _turn in range(3):
            self.make_due(account_id)
            self.lane()

    def killed_worker(self, number: int, place: str, counts=lambda: True) -> bool:
        """Do a turn in a process of its own that dies at its ``number``-th commit (of
        those that are made while ``counts()``); false when it was over before."""
        dying = _dying(number, place, counts)
        return self.killed(patch.object(AccountWorker, "commit", dying))

    def killed(self, *patches) -> bool:
        """Let the lane work in a process of its own under these patches, and tell
        whether it was killed."""

        def work():
            with ExitStack() as stack:
                for one in patches:
                    stack.enter_context(one)
                self.lane()

        status = os.waitpid(self.process(work), 0)[1]
        self.assertIn(status, (0, signal.SIGKILL))
        return bool(status)

    def process(self, work) -> int:
        """Begin ``work()`` in a process of its own, as another host would do it; its
        number, for ``os.waitpid``."""
        child = os.fork()
        if child:
            return child
        try:
            # Connections are the parent's: this process makes its own.
            sql_db._Pool = sql_db._Pool_readonly = None
            self.registry._db = sql_db.db_connect(self.registry.db_name)
            self.registry._db_readonly = None
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)


def _dying(number: int, place: str, counts):
    """``AccountWorker.commit`` that kills its own process at the ``number``-th call."""
    commit = AccountWorker.commit
    calls = []

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def dying(worker, work):
        if not counts():
            return commit(worker, work)
        calls.append(work)
        last = len(calls) == number
        if last and place == "before":
            die()

        def inside(env):
            answer = work(env)
            if last and place == "inside":
                env.flush_all()
                die()
            return answer

        answer = commit(worker, inside)
        if last:
            die()
        return answer

    return dying
