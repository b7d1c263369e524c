from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .team_common import TeamCase
from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestTeamTour(TeamCase, TourCase):
    """Two people in one mailbox, on their screens."""

    def setUp(self):
        super().setUp()
        self.owner.name = "Laura Bianchi"
        self.marco.password = self.marco.login

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
        self.tour("crm_mail_accounts_team_owner")
        self.assertEqual(self.first.thread_id.assigned_id, self.marco)
        self.assertEqual(draft.user_id, self.marco)
        owners = self.answer(self.owner)
        self.tour("crm_mail_accounts_team_colleague", user=self.marco)
        self.assertEqual(owners.user_id, self.marco)
