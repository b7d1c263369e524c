from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import link_readers
from ..tools.client_payload import model_label
from ..tools.record_names import record_names
from .crm_mail_link_facts import DIRECTIONS
from .crm_mail_link_visibility import SHOWN

ONCE = ("size:sum", "answer_hours:avg")
"""Measures for which a mail counts once, on however many records it is."""


class CrmMailReport(models.Model):
    """Linked mails as figures: who wrote with whom, when, how soon was it answered.

    A line is a mail on a record.  The table itself holds only what the user may read
    (law 11): the links that the record rules of ``crm.mail.link`` give them (their own
    mailboxes, delegated ones, mails shared with them), and those that are shown on
    records which they may read.  That is more than a rule of its own could do, because
    **the answer of one mail is another mail**: the time of an answer that the reader
    may not see must not be told by the line of a mail that they may.

    No column says more of a mail than every record shows of it: who, when, subject,
    and its size where the whole mail is shown.  Nothing is told of the record but its
    kind, and its name to who reads it.
    """

    _name = "crm.mail.report"
    _description = "Mail analysis"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "subject"

    date = fields.Datetime(readonly=True)
    subject = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales team", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        help="The contact with the address that wrote or was written to.",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer's company", readonly=True
    )
    res_model = fields.Selection(
        selection="_select_models", string="Kind of record", readonly=True
    )
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    res_name = fields.Char("Record name", compute="_compute_res_name")
    direction = fields.Selection(DIRECTIONS, readonly=True)
    content = fields.Selection(SHOWN, "Posted", readonly=True)
    by_rule = fields.Boolean("Linked by a rule", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    answer = fields.Selection(
        [("answered", "Answered"), ("open", "Not answered")],
        readonly=True,
        help="Of a received mail: whether a mail that answers it is on the same "
        "record.",
    )
    answer_hours = fields.Float(
        "Hours to answer",
        readonly=True,
        aggregator="avg",
        help="From a received mail to the first mail that names it in its In-Reply-To "
        "or References, on the same record.",
    )
    size = fields.Float(
        "Size (MB)",
        readonly=True,
        digits=(16, 2),
        help="Of mails that are on the record with their attachments.",
    )
    mails = fields.Integer(readonly=True, help="A mail on several records counts once.")
    mail_key = fields.Char("Message-ID", readonly=True, groups=fields.NO_ACCESS)

    _depends = {
        "crm.mail.link": [
            "by_rule",
            "content",
            "correspondent",
            "direction",
            "header_id",
            "mail_message_id",
            "message_id",
            "res_id",
            "res_model",
            "shown",
            "user_id",
        ],
        "crm.mail.message": [
            "in_reply_to",
            "internal_date",
            "reference_header",
            "sent_at",
            "size",
            "subject",
        ],
        "mail.message": ["date", "record_company_id", "subject"],
        "res.partner": ["active", "commercial_partner_id", "email_normalized"],
        "res.users": ["sale_team_id"],
    }

    @api.model
    def _select_models(self) -> list[tuple[str, str]]:
        links = self.env["crm.mail.link"]
        return [
            (model, model_label(self.env, model))
            for model in self.env.registry
            if links._has_chatter(model)
        ]

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_res_name(self):
        names = record_names(self.env, ((line.res_model, line.res_id) for line in self))
        for line in self:
            line.res_name = names.get((line.res_model, line.res_id), False)

    def action_open(self) -> dict:
        """The record that the mail is on.

        :raises UserError: it is gone, or not the user's to read
        """
        self.ensure_one()
        if not self.res_name:
            raise UserError(
                self.env._("That record is gone, or it is not yours to read.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    # -- rights ----------------------------------------------------------------------

    def _check_access(self, operation):
        """Lines that the table of the user does not hold are not theirs."""
        result = super()._check_access(operation)
        if result or not self.ids or self.env.su:
            return result
        forbidden = self - self.search([("id", "in", self.ids)])
        if not forbidden:
            return None
        rules = self.env["ir.rule"]
        return forbidden, lambda: rules._make_access_error(operation, forbidden)

    # -- figures ---------------------------------------------------------------------

    def _read_group_select(self, aggregate_spec, query) -> SQL:
        """A mail counts once, on however many records and in however many mailboxes.

        Of one mail that was answered on some of its records the sooner answer counts.
        """
        key = SQL.identifier(self._table, "mail_key")
        if aggregate_spec == "mails:sum":
            return SQL("COUNT(DISTINCT %s)", key)
        if aggregate_spec not in ONCE:
            return super()._read_group_select(aggregate_spec, query)
        name, function = aggregate_spec.split(":")
        value = self._field_to_sql(self._table, name, query)
        return SQL(
            "(SELECT %s(once.value::numeric) FROM jsonb_each_text("
            "jsonb_object_agg(%s, %s ORDER BY %s DESC) FILTER (WHERE %s IS NOT NULL)"
            ") AS once)",
            SQL(function),
            key,
            value,
            value,
            value,
        )

    # -- the table -------------------------------------------------------------------

    @property
    def _table_query(self) -> SQL:
        return SQL(
            r"""
            WITH visible AS (
                SELECT link.id, link.user_id, link.res_model, link.res_id,
                       link.header_id, link.direction, link.correspondent,
                       COALESCE(link.shown, link.content) AS content, link.by_rule,
                       COALESCE(link.header_id, link.message_id::varchar) AS mail_key,
                       COALESCE(posted.date, mail.sent_at, mail.internal_date) AS date,
                       CASE WHEN link.shown = 'who' THEN posted.subject
                            ELSE COALESCE(posted.subject, mail.subject) END AS subject,
                       posted.record_company_id AS company_id, mail.size,
                       concat_ws(' ', mail.in_reply_to, mail.reference_header)
                           AS answers
                  FROM crm_mail_link link
                  JOIN crm_mail_message mail ON mail.id = link.message_id
                  LEFT JOIN mail_message posted ON posted.id = link.mail_message_id
                 WHERE %s
            ), answered AS (
                SELECT answer.res_model, answer.res_id, named.header_id,
                       min(answer.date) AS date
                  FROM visible answer
                  CROSS JOIN LATERAL
                       regexp_split_to_table(answer.answers, '\s+') named (header_id)
                 WHERE answer.direction <> 'received'
                 GROUP BY answer.res_model, answer.res_id, named.header_id
            ), contact AS (
                SELECT DISTINCT ON (email_normalized)
                       email_normalized, id, commercial_partner_id
                  FROM res_partner
                 WHERE active AND email_normalized IN
                       (SELECT correspondent FROM visible)
                 ORDER BY email_normalized, is_company, id
            )
            SELECT visible.id, visible.date, visible.subject, visible.user_id,
                   users.sale_team_id AS team_id, contact.id AS partner_id,
                   contact.commercial_partner_id, visible.res_model, visible.res_id,
                   visible.direction, visible.content, visible.by_rule,
                   visible.company_id, visible.mail_key, 1 AS mails,
                   CASE WHEN visible.direction = 'received' THEN
                       CASE WHEN answered.date IS NULL THEN 'open'
                            ELSE 'answered' END
                   END AS answer,
                   CASE WHEN visible.direction = 'received'
                             AND answered.date IS NOT NULL THEN
                       -- a sender's clock may be ahead of ours
                       GREATEST(0, extract(epoch FROM answered.date - visible.date))
                           / 3600.0
                   END AS answer_hours,
                   CASE WHEN visible.content = 'whole' THEN visible.size / 1e6
                   END AS size
              FROM visible
              JOIN res_users users ON users.id = visible.user_id
              LEFT JOIN contact ON contact.email_normalized = visible.correspondent
              LEFT JOIN answered ON answered.header_id = visible.header_id
                    AND answered.res_model = visible.res_model
                    AND answered.res_id = visible.res_id
            """,
            link_readers.readable_links(self.env, SQL.identifier("link")),
        )
