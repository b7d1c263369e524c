"""What the tests of linking share: a contact, opportunities, and a mailbox."""

from .common import Mailbox, MailCase, simple_mail


class LinkCase(MailCase):
    """A mailbox of the owner, a known contact and her opportunity."""

    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        self.contact = self.env["res.partner"].create(
            {"name": "Rosa Conti", "email": "rosa@conti.example"}
        )
        self.lead = self.new_lead("Spring order")

    def new_lead(self, name, **values):
        return self.env["crm.lead"].create(
            {
                "name": name,
                "type": "opportunity",
                "partner_id": self.contact.id,
                "user_id": self.owner.id,
                **values,
            }
        )

    def receive(self, *mails, folder="INBOX", account=None, **values):
        """The rows of these mails, in the order in which they came."""
        self.mailbox.append(*mails, folder=folder)
        account = account or self.new_account(**values)
        known = self.env["crm.mail.message"].search([("account_id", "=", account.id)])
        self.work(account)
        rows = self.env["crm.mail.message"].search([("account_id", "=", account.id)])
        return (rows - known).sorted("uid")

    def link(self, mail, record=None, **values):
        record = self.lead if record is None else record
        payload = self.client().link_message(mail.id, record._name, record.id, **values)
        return self.env["crm.mail.link"].browse(payload["id"])

    def gateway(self, mail, model="crm.lead", thread_id=None):
        """The host's real gateway receives the mail; the id of its record."""
        content = mail if isinstance(mail, bytes) else mail.as_bytes()
        return self.env["mail.thread"].message_process(
            model, content.decode(), thread_id=thread_id
        )

    def mails_on(self, record):
        self.env.invalidate_all()
        return record.message_ids.filtered(lambda one: one.message_type == "email")

    def answer_to(self, *ids, subject="Re: Offer", sender="rosa@conti.example"):
        mail = simple_mail(subject)
        mail.replace_header("From", sender)
        mail["References"] = " ".join(ids)
        mail["In-Reply-To"] = ids[-1]
        return mail
