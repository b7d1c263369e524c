# One model, several files by subject.
# pylint: disable=consider-merging-classes-inherited
import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

from ..mailkit.mime.addresses import format_address
from ..mailkit.mime.html import text_to_html
from ..mailkit.mime.parse import parse_mail
from ..mailkit.values import Address
from ..tools.transaction import WRITERS_MET
from .crm_mail_link_visibility import FULL, RANK

_logger = logging.getLogger(__name__)

SETTLED_WITHIN = timedelta(hours=1)
"""How long after posting the gateway's own copy of the same mail is looked for."""


class CrmMailLink(models.Model):
    """What links show on their records, and that it is shown once.

    The posted copy gets a Message-ID of its own, because the host's gateway drops a
    mail whose Message-ID it has already seen.  When the record has the mail itself
    (the gateway received it, or a user sent it from there), that message is the one:
    the link adopts it, and a copy that was made before gives way to it.  Links of one
    mail in several mailboxes share one copy, which shows what the most generous of
    them allows.
    """

    _inherit = "crm.mail.link"

    # -- when it is posted -----------------------------------------------------------

    def _ready(self):
        """Those that can be posted without asking the mail server."""
        cached = self.message_id._with_cached_raw()
        return self.filtered(
            lambda link: link._may_show() not in FULL or link.message_id in cached
        )

    def _without_lost_mails(self, before):
        """What the server has nowhere any more is linked without its text."""
        for link in self:
            message = link.message_id
            lost = not message.account_id or (
                message.state == "unplaced"
                and (not message.unplaced_at or message.unplaced_at < before)
            )
            if lost and link.content != "fact" and not message._cached_raw():
                link.content = "fact"

    def _not_fetched(self, most: int):
        """The server did not give these mails: they are tried again, but not always."""
        for link in self:
            link.tries += 1
            if link.tries >= most:
                link._fail(self.env._("The mail server does not give this mail."))

    def _post(self):
        """Show these links on their records, the mails being here.

        A link whose record is gone ends; one that cannot be posted keeps the reason
        and spoils nothing else.
        """
        links = self._on_existing_records()
        links |= links._withdraw()._ready()
        links._adopt()
        shown = links.filtered("mail_message_id")
        shown.filtered("waiting").waiting = False
        links = (links - shown)._hide()._share()
        try:
            with self.env.cr.savepoint():
                links._post_copies()
        except WRITERS_MET:
            raise
        except Exception:
            # One mail that the host cannot take must not keep back the others.
            _logger.info("a batch of %s linked mails failed", len(links), exc_info=True)
            links._post_one_by_one()

    def _post_one_by_one(self):
        for link in self:
            try:
                with self.env.cr.savepoint():
                    link._post_copies()
            except WRITERS_MET:
                raise
            except Exception:
                _logger.warning("link %s cannot be posted", link.id, exc_info=True)
                link._fail(self.env._("The record did not take this mail."))

    def _fail(self, sentence: str):
        self.write({"waiting": False, "error": sentence})

    def _on_existing_records(self):
        """Those of these links whose record exists; the others end."""
        gone = self.browse()
        for model, links in self.grouped("res_model").items():
            known = set()
            if model in self.env:
                known.update(
                    self.env[model].browse(links.mapped("res_id")).exists().ids
                )
            gone |= links.filtered(lambda link, known=known: link.res_id not in known)
        if gone:
            gone._release()
        return self - gone

    # -- one message on each record ----------------------------------------------------

    def _adopt(self):
        """Show the record's own message of the same mail, if there is one."""
        if not self.ids:
            return
        self.flush_model()
        found = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT link.id, min(posted.id)
                      FROM crm_mail_link link
                      JOIN mail_message posted ON posted.message_id = link.header_id
                       AND posted.model = link.res_model
                       AND posted.res_id = link.res_id
                     WHERE link.id = ANY(%s)
                       AND posted.message_type <> 'user_notification'
                       AND posted.id IS DISTINCT FROM link.mail_message_id
                  GROUP BY link.id
                    """,
                    self.ids,
                )
            )
        )
        if not found:
            return
        adopting = self.browse(found)
        copies = adopting.filtered("own_copy").mail_message_id
        for link in adopting:
            link._shown_by(self.env["mail.message"].browse(found[link.id]), own=False)
        self._remove_copies(copies)

    def _share(self):
        """Show what another link of the same mail shows already, if that is enough;
        the links that need a copy of their own are returned."""
        if not self.ids:
            return self
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT link.id
                  FROM crm_mail_link link JOIN crm_mail_link other
                    ON other.header_id = link.header_id
                   AND other.res_model = link.res_model
                   AND other.res_id = link.res_id
                   AND other.mail_message_id IS NOT NULL
                 WHERE link.id = ANY(%s)
                """,
                self.ids,
            )
        )
        shared = self.browse()
        for link in self.browse([row[0] for row in rows]):
            shown = link._siblings().filtered("mail_message_id")
            fullest = max((RANK[one._may_show()] for one in shown), default=-1)
            if RANK[link._may_show()] <= fullest:
                link._shown_by(shown[0].mail_message_id, own=shown[0].own_copy)
                shared |= link
        return self - shared

    def _siblings(self):
        """Other links of the same mail to the same record, whosever mailbox it lies
        in."""
        if not self.header_id:
            return self.browse()
        return self._same_mail() - self

    def _same_mail(self):
        """Links of the same mail to the same record, whosever mailbox it lies in."""
        return self.search(
            [
                ("header_id", "=", self.header_id),
                ("res_model", "=", self.res_model),
                ("res_id", "=", self.res_id),
            ]
        )

    def _shown_by(self, posted, own: bool):
        self.write(
            {
                "mail_message_id": posted.id,
                "own_copy": own,
                "waiting": False,
                "error": False,
                "posted_at": fields.Datetime.now(),
                "shown": self._may_show(),
            }
        )

    @api.model
    def _give_way(self, header_id: str):
        """The record has this mail itself by now: copies of it go."""
        self.search([("header_id", "=", header_id)])._adopt()

    def _settle(self):
        """One message for one mail on one record, whatever happened side by side."""
        self._adopt()
        self._settle_copies()

    def _settle_copies(self):
        if not self.ids:
            return
        self.flush_model()
        doubled = self.env.execute_query(
            SQL(
                """
                SELECT link.id
                  FROM crm_mail_link link JOIN crm_mail_link other
                    ON other.header_id = link.header_id
                   AND other.res_model = link.res_model
                   AND other.res_id = link.res_id
                   AND other.mail_message_id <> link.mail_message_id
                 WHERE link.id = ANY(%s)
                """,
                self.ids,
            )
        )
        for link in self.browse([row[0] for row in doubled]):
            shown = link._same_mail().filtered("mail_message_id")
            kept = max(shown, key=lambda one: (RANK[one._may_show()], -one.id))
            others = shown.filtered(
                lambda one, kept=kept: one.mail_message_id != kept.mail_message_id
            )
            copies = others.filtered("own_copy").mail_message_id
            for other in others:
                other._shown_by(kept.mail_message_id, own=kept.own_copy)
            self._remove_copies(copies)

    @api.model
    def _settle_recent(self, user):
        """:meth:`_settle` for what was posted lately, in one statement when all is
        well: two transactions that do not see each other may both have posted."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT link.id
                  FROM crm_mail_link link
                 WHERE link.user_id = %s AND link.own_copy AND link.posted_at > %s
                   AND (EXISTS (SELECT FROM mail_message posted
                                 WHERE posted.message_id = link.header_id
                                   AND posted.model = link.res_model
                                   AND posted.res_id = link.res_id)
                     OR EXISTS (SELECT FROM crm_mail_link other
                                 WHERE other.header_id = link.header_id
                                   AND other.res_model = link.res_model
                                   AND other.res_id = link.res_id
                                   AND other.mail_message_id <> link.mail_message_id))
                """,
                user.id,
                fields.Datetime.now() - SETTLED_WITHIN,
            )
        )
        self.browse([row[0] for row in rows])._settle()

    def _remove_copies(self, copies):
        """Remove posted copies that no link shows any more, with their attachments."""
        if not copies:
            return
        self.flush_model()
        used = self.search([("mail_message_id", "in", copies.ids)]).mail_message_id
        unused = (copies - used).exists()
        files = unused.attachment_ids
        elsewhere = self.env["mail.message"].search(
            [("attachment_ids", "in", files.ids), ("id", "not in", unused.ids)]
        )
        files -= elsewhere.attachment_ids
        unused.unlink()
        files.unlink()

    # -- the copy ------------------------------------------------------------------

    def _post_copies(self):
        """Post the mails of these links, in as few statements as they need."""
        full = self.filtered(lambda link: link._may_show() in FULL)
        mails = {
            message_id: parse_mail(raw)
            for message_id, raw in full.message_id._cached_raws().items()
        }
        subtype = self.env.ref("mail.mt_comment")
        for model, links in self.grouped("res_model").items():
            authors = links._authors()
            # The gateway's own context: received markup is stored as text, pictures as
            # they are. sudo: the right to post on the record was checked when the link
            # was made.
            quiet = (
                self.env[model]
                .sudo()
                .with_context(
                    attachments_mime_plainxml=True,
                    image_no_postprocess=True,
                    mail_post_autofollow_author_skip=True,
                )
            )
            companies = self.env[model].browse(links.mapped("res_id"))
            companies = companies.sudo()._mail_get_companies(default=self.env.company)
            values_list = [
                {
                    "subtype_id": subtype.id,
                    **link._copy_values(quiet, mails, authors, companies),
                }
                for link in links
            ]
            posted = quiet._message_create(values_list)
            now = fields.Datetime.now()
            for link, message in zip(links, posted, strict=True):
                link.mail_message_id = message
                link.shown = link._may_show()
            links.write(
                {"own_copy": True, "waiting": False, "error": False, "posted_at": now}
            )
            posted._make_older_than_the_loop_guard()
        # a copy that shows less gives way to one that shows more
        self._settle_copies()

    def _copy_values(self, quiet, mails, authors, companies) -> dict:
        shown = self._may_show()
        mail = shown in FULL and mails[self.message_id.id]
        message = self.message_id
        sender = mail and (mail.header.from_ or mail.header.sender)
        pair = (message.from_name or "", message.from_email or "")
        written_by = self._formatted([(sender.name, sender.email) if sender else pair])
        recipients = message.recipients or {}
        record = self._record()
        company = companies.get(self.res_id)
        values = {
            "model": record._name,
            "res_id": record.id,
            "message_type": "email",
            "subject": shown != "who" and message.subject,
            "body": self._copy_body(shown, mail),
            "email_from": written_by,
            "author_id": authors.get(email_normalize(written_by or ""), False),
            "date": message.sent_at or message.internal_date,
            "incoming_email_to": self._formatted(recipients.get("to", [])),
            "incoming_email_cc": self._formatted(recipients.get("cc", [])),
            "reply_to": written_by,
            "email_add_signature": False,
            "record_alias_domain_id": False,
            "record_company_id": (company or self.env.company).id,
        }
        if shown == "whole" and mail.attachments:
            attachments = [(part.filename, part.content) for part in mail.attachments]
            values.update(quiet._process_attachments_for_post(attachments, [], values))
        return values

    def _copy_body(self, shown: str, mail) -> Markup:
        if shown not in FULL:
            owner = self.user_id.name
            sentence = (
                self.env._(
                    "Linked without its text, which is in the mailbox of %(owner)s.",
                    owner=owner,
                )
                if shown == "fact"
                else self.env._(
                    "Linked without subject and text, which are in the mailbox of "
                    "%(owner)s.",
                    owner=owner,
                )
            )
            return Markup("<p><em>%s</em></p>") % sentence
        if shown == "text":
            return Markup(text_to_html(mail.text))  # noqa: S704 escaped there
        return Markup(self.message_id._clean_body(mail).html)  # noqa: S704 cleaned

    def _authors(self) -> dict[str, int]:
        """Address -> contact; a person rather than the company that shares it."""
        addresses = {
            email_normalize(address)
            for address in self.message_id.mapped("from_email")
            if address
        }
        found = {}
        for owner, links in self.grouped("user_id").items():
            partners = (
                self.env["res.partner"]
                .with_user(owner)
                .search_fetch(
                    [("email_normalized", "in", list(addresses - {False}))],
                    ["email_normalized", "is_company"],
                )
                if links
                else ()
            )
            for partner in partners.sorted(lambda one: (one.is_company, one.id)):
                found.setdefault(partner.email_normalized, partner.id)
        return found

    @api.model
    def _formatted(self, pairs) -> str:
        return ", ".join(
            format_address(Address(name, email)) for name, email in pairs if email
        )
