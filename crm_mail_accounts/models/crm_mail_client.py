from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.misc import format_amount

from ..mailkit.mime.paper import needs_paper
from ..tools import client_payload, own_records, reading
from ..tools.message_rows import message_row


class CrmMailClient(models.AbstractModel):
    """Everything that the mail screen may ask, and nothing else does it ask.

    The only door from the browser: whoever reviews privacy reads this file.  No method
    uses ``sudo()`` to reach a mail, a folder or an account; the record rules decide,
    and they know the owner and the delegates whom the owner named (law 11).  What
    changes a mailbox asks :meth:`crm.mail.account._check_may_act` as well.
    """

    _name = "crm.mail.client"
    _description = "What the mail screen asks"

    @api.model
    def bootstrap(self) -> dict:
        """Accounts and folders of the user, in display order, counts and layout.

        Shape: ``{accounts: [...], folders: [...], unread: int, specials: {name: int},
        layout: {...}}``; see ``tools/client_payload.py`` and :meth:`save_layout`.
        """
        accounts, folders = self._accounts_and_folders()
        return {
            **self._state(accounts, folders),
            "folders": [client_payload.folder_payload(folder) for folder in folders],
            "layout": self._layout(),
        }

    @api.model
    def progress(self) -> dict:
        """The numbers of :meth:`bootstrap` that move while mail comes in."""
        accounts, folders = self._accounts_and_folders()
        return {
            **self._state(accounts, folders),
            "folders": [client_payload.folder_counts(folder) for folder in folders],
        }

    @api.model
    def open_message(self, message_id) -> dict:
        """A mail to read; fetched from the server when it was never opened before.

        :raises AccessError: not the user's
        :raises UserError: the server is away, or the mail is gone
        """
        message = self._readable("crm.mail.message", message_id)
        mail, sizes = message._read()
        clean = message._clean_body(mail)
        warnings = reading.cautions(message, mail, clean.html)
        doubted = any(warning["level"] == "danger" for warning in warnings)
        trusted = self.env["crm.mail.trusted.sender"]._is_trusted(message.from_email)
        return {
            **message_row(message),
            "cc": client_payload.addresses(message.recipients, "cc"),
            "reply_to": client_payload.addresses(message.recipients, "reply_to"),
            **self._delivery_of(message),
            "body_url": f"/crm_mail_accounts/message/{message.id}/body",
            "remote": clean.remote,
            "paper": needs_paper(clean.html),
            "trusted": trusted and not doubted,
            "warnings": warnings,
            "invitations": reading.invitations(self.env, mail),
            "quoted": message._has_quotes(mail, clean.html),
            "lines": len(mail.text.splitlines()),
            **client_payload.filed_by(message),
            "attachments": [
                client_payload.attachment_payload(message, part, sizes)
                for part in mail.attachments
            ],
        }

    @api.model
    def message_context(self, message_id) -> dict:
        """Who the mail is from in the CRM's terms: contact, opportunities, links."""
        message = self._readable("crm.mail.message", message_id)
        name, email = message._correspondent()
        partner = self._partner_of(email)
        return {
            "sender": {"name": name, "email": email},
            "partner": self._partner_payload(partner) if partner else False,
            "opportunities": self._opportunities(message, partner, email),
            "links": [client_payload.link_payload(link) for link in message.link_ids],
        }

    @api.model
    def sync_now(self, account_id=False) -> bool:
        """Look for new mail at once, in one account or in all of the user's."""
        accounts = (
            self._readable("crm.mail.account", account_id)
            if account_id
            else self._accounts_and_folders()[0]
        )
        accounts._collect_now()
        # sudo: as in retry_folder
        accounts.sudo().folder_ids.filtered("aside_until").aside_until = False
        accounts._request_sync()
        return True

    @api.model
    def retry_folder(self, folder_id) -> bool:
        """Look at once at a folder that could not be read, and at mails in it that
        could not."""
        folder = self._readable("crm.mail.folder", folder_id)
        # sudo: folders are the sync's to write; whoever reads one may have it looked at
        folder.sudo().aside_until = False
        folder.sudo()._retry_unreadable()
        folder.account_id._request_sync()
        return True

    @api.model
    def connect_account(self, account_id) -> dict:
        """An action that leads to the provider's page, for one's own mailbox.

        :raises UserError: the mailbox has none, or the administrator has not set it up
        """
        return self._readable("crm.mail.account", account_id).action_connect()

    @api.model
    def continue_setup(self, account_id) -> dict | bool:
        """The assistant where the provider's page interrupted it, or false."""
        return self._readable("crm.mail.account", account_id).action_continue_setup()

    # -- helpers -----------------------------------------------------------------

    def _readable(self, model: str, record_id, names=()):
        """The record, or the same refusal whether it is somebody else's or no one's.

        :param names: fields that are read with it
        """
        inactive_too = self.env[model].with_context(active_test=False)
        this = Domain("id", "=", int(record_id))
        found = own_records.fetch(inactive_too, this, names)
        if not found:
            # The rules in one statement; asked of a record they cost one for each field
            # that they look at. The order of a single record needs no other tables.
            found = inactive_too.search_fetch(this, names, order="id")
        record = self.env[model].browse(found.ids)
        if not record:
            raise AccessError(
                self.env._("This mail does not exist, or it is not yours to read.")
            )
        return record

    def _accounts_and_folders(self):
        """The user's own mailboxes first, then those of which they are a delegate."""
        accounts = self.env["crm.mail.account"].search([("active", "=", True)])
        accounts = accounts.sorted(lambda account: account.user_id != self.env.user)
        folders = self.env["crm.mail.folder"].search(
            [("account_id", "in", accounts.ids), ("missing_since", "=", False)]
        )
        return accounts, folders

    def _state(self, accounts, folders) -> dict:
        by_account = folders.grouped("account_id")
        none = folders.browse()
        return {
            "accounts": [
                client_payload.account_payload(account, by_account.get(account, none))
                for account in accounts
            ],
            "unread": sum(
                folder.unread
                for folder in folders
                if folder.role == "inbox" and folder.user_id == self.env.user
            ),
            "specials": self._special_counts(accounts),
        }

    def _partner_of(self, email: str):
        normalized = email_normalize(email) if email else False
        if not normalized:
            return self.env["res.partner"]
        partners = self.env["res.partner"].search(
            [("email_normalized", "=", normalized)], limit=10
        )
        # A person rather than the company that shares the address.
        return partners.sorted(lambda partner: partner.is_company)[:1]

    def _partner_payload(self, partner) -> dict:
        return {
            "id": partner.id,
            "name": partner.name or partner.display_name,
            "company_name": partner.parent_id.name or partner.company_name or "",
            "function": partner.function or "",
            "email": partner.email or "",
            "phone": partner.phone or "",
            "avatar_url": f"/web/image/res.partner/{partner.id}/avatar_128",
        }

    def _opportunities(self, message, partner, email: str) -> list[dict]:
        """Open opportunities of the contact and its company, the user's own first."""
        whose = Domain("email_normalized", "=", email_normalize(email) or "-")
        if partner:
            whose |= Domain("partner_id", "child_of", partner.commercial_partner_id.ids)
        leads = self.env["crm.lead"].search(
            whose
            & Domain("type", "=", "opportunity")
            & Domain("won_status", "=", "pending"),
            limit=20,
        )
        leads = leads.sorted(
            lambda lead: (lead.partner_id != partner, lead.user_id != self.env.user)
        )
        linked = {
            link.res_id: link.id
            for link in message.link_ids
            if link.res_model == "crm.lead"
        }
        return [
            {
                "id": lead.id,
                "name": lead.name,
                "stage": lead.stage_id.name or "",
                "expected_revenue": format_amount(
                    self.env, lead.expected_revenue, lead.company_currency
                )
                if lead.expected_revenue and lead.company_currency
                else "",
                "salesperson": lead.user_id.name or "",
                "link_id": linked.get(lead.id, False),
            }
            for lead in leads[:10]
        ]
