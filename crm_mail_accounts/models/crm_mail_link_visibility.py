# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
from odoo import fields, models

from .crm_mail_link import CONTENTS

VISIBILITY = [
    ("nothing", "Nothing"),
    ("metadata", "Who and when"),
    ("subject", "Who, when and the subject"),
    ("all", "All that is linked"),
]
"""What colleagues on a record see at most of a mailbox's mails, the least first."""
SHOWN = [("nothing", "Nothing"), ("who", "Only who and when"), *CONTENTS]
RANK = {shown: rank for rank, (shown, _words) in enumerate(SHOWN)}
MOST = {"nothing": "nothing", "metadata": "who", "subject": "fact", "all": "whole"}
"""Visibility -> what a record shows at most."""
FULL = ("text", "whole")
"""For these the mail itself must be here."""
AT_ONCE = 200
"""Links whose copies are made anew while somebody waits; the worker does the others."""


class CrmMailLink(models.Model):
    """How much of a linked mail its record shows.

    Who links chooses the content; the mailbox, or the conversation for itself, sets
    what is shown at most.  When that changes, copies that links had posted are made
    anew.  A message that the record has by itself (the gateway received it, a user
    sent it from there) is not ours to shorten, and stays.
    """

    _inherit = "crm.mail.link"

    shown = fields.Selection(
        SHOWN,
        readonly=True,
        help="What the record shows: as chosen, or less where the mailbox says so.",
    )

    def _may_show(self) -> str:
        """What the record may show of it now, of ``SHOWN``."""
        self.ensure_one()
        message = self.message_id
        visibility = message.thread_id.visibility or message.account_id.visibility
        if not visibility:
            # its mailbox was deleted, and with it what was said about it
            return self.shown or self.content
        return min(self.content, MOST[visibility], key=RANK.get)

    def _show_again(self) -> int:
        """What may be shown has changed.

        :return: how many messages stay as they are, being the records' own
        """
        changed = self.filtered(
            lambda link: (link.shown or link.content) != link._may_show()
        )
        kept = changed.filtered(lambda link: link.mail_message_id and not link.own_copy)
        for link in kept:
            link.shown = link._may_show()
        changed -= kept
        changed.write({"waiting": True, "tries": 0})
        changed[:AT_ONCE]._ready()._post()
        changed.exists().message_id.account_id._request_sync()
        return len(kept.mail_message_id)

    def _withdraw(self):
        """Remove copies that show something else than they may.

        :return: all links that had shown them, to be posted again
        """
        wrong = self.filtered(
            lambda link: (
                link.own_copy
                and link.mail_message_id
                and (link.shown or link.content) != link._may_show()
            )
        )
        copies = wrong.mail_message_id
        if not copies:
            return wrong
        links = self.search([("mail_message_id", "in", copies.ids)])
        links.write({"mail_message_id": False, "waiting": True})
        self._remove_copies(copies)
        return links

    def _hide(self):
        """Those of which the record shows nothing are done; the others."""
        hidden = self.filtered(lambda link: link._may_show() == "nothing")
        hidden.write({"waiting": False, "error": False, "shown": "nothing"})
        return self - hidden
