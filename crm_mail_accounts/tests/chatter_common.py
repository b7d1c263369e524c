"""What the tests of mail from a chatter share: an opportunity and its people."""

from .outgoing_common import OutgoingCase


class ChatterCase(OutgoingCase):
    """An opportunity whose customer has a real mailbox, and a colleague who follows."""

    def setUp(self):
        super().setUp()
        self.account.write(
            {"main": True, "sender_name": "Laura", "signature": "<p>Laura, Sales</p>"}
        )
        self.customer = self.env["res.partner"].create(
            {"name": "Rosa Conti", "email": self.friend.username}
        )
        self.lead = self.env["crm.lead"].create(
            {
                "name": "Spring order",
                "type": "opportunity",
                "partner_id": self.customer.id,
                "user_id": self.owner.id,
            }
        )
        self.lead.message_subscribe(self.colleague.partner_id.ids)

    def post(self, user=None, partners=None, **values):
        """What the chatter posts, by the account."""
        return (
            self.lead.with_user(user or self.owner)
            .with_context(mail_create_nolog=True)
            .message_post(
                **{
                    "body": "Here is our offer",
                    "partner_ids": (partners or self.customer).ids,
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    "crm_mail_account_id": self.account.id,
                    **values,
                }
            )
        )

    def outgoing(self):
        return self.env["crm.mail.outgoing"].search([("user_id", "=", self.owner.id)])

    def comments(self):
        """What the chatter shows of talks: neither notes nor the system's."""
        self.env.invalidate_all()
        return self.lead.message_ids.filtered(
            lambda one: one.message_type in ("comment", "email")
        )

    def host_mails(self, message):
        return self.env["mail.mail"].search([("mail_message_id", "=", message.id)])

    def statuses(self, message):
        message.invalidate_recordset()
        return {
            one.res_partner_id: one.notification_status
            for one in message.notification_ids
        }
