"""Tours: people in front of Chromium, against the live servers."""

from __future__ import annotations

from unittest.mock import patch

from odoo.tests import HttpCase

from .common import PATIENCE, MailCase

MESSAGES = "/odoo/crm-messages"


class TourCase(MailCase, HttpCase):
    """In a test the crons do not run, and here nothing is to run by itself."""

    def setUp(self):
        super().setUp()
        self.owner.password = self.owner.login
        self.startPatch(self.env.registry["crm.mail.account"], "_trigger_lanes")

    def tour(self, name, path=MESSAGES, user=None):
        login = (user or self.owner).login
        self.start_tour(path, name, login=login, timeout=PATIENCE)
        self.env.invalidate_all()


class TourWithLaneCase(TourCase):
    """What wakes a lane does its work at once, while somebody walks."""

    def tour(self, name, path=MESSAGES, user=None):
        model = self.env.registry["crm.mail.account"]
        with patch.object(model, "_trigger_lanes", self.work_at_once):
            return super().tour(name, path, user)

    @staticmethod
    def work_at_once(accounts):
        accounts.env.flush_all()
        claim = accounts.env["crm.mail.account.lease"].sudo()._claim()
        if claim:
            accounts.env.cr.commit()
            accounts.sudo()._work_on(claim)
            accounts.env.invalidate_all()
