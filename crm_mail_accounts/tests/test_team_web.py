from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import PATIENCE
from .team_common import TeamCase

PATH = "/odoo/crm-messages"


@tagged("post_install", "-at_install")
class TestTeamTour(TeamCase, HttpCase):
    """Two people in one mailbox, on their screens."""

    def setUp(self):
        super().setUp()
        self.owner.write({"password": self.owner.login, "name": "Laura Bianchi"})
        self.marco.password = self.marco.login
        self.startPatch(
            self.env.registry["crm.mail.account"], "_trigger_lanes", lambda model: None
        )

    def tour(self, name, user):
        self.start_tour(PATH, name, login=user.login, timeout=PATIENCE)

    def answer(self, user):
        parent = {"message_id": self.first.id, "kind": "reply"}
        return self.written(user, parent=parent)

    def test_colleagues_are_seen_conversations_assigned_and_drafts_taken_over(self):
        """[F6]"""
        self.client(self.marco).presence("elsewhere", False, [self.first.id])
        # however long the browser takes
        there = self.env["crm.mail.presence"].search([])
        there.seen_at = fields.Datetime.now() + timedelta(hours=1)
        draft = self.answer(self.marco)
        self.tour("crm_mail_accounts_team_owner", self.owner)
        self.env.invalidate_all()
        self.assertEqual(self.first.thread_id.assigned_id, self.marco)
        self.assertEqual(draft.user_id, self.marco)
        owners = self.answer(self.owner)
        self.tour("crm_mail_accounts_team_colleague", self.marco)
        self.env.invalidate_all()
        self.assertEqual(owners.user_id, self.marco)
