"""Which records mails belong to, by rule: for many mails in a handful of statements.

Four rules, in the order of their certainty: the mail continues a conversation that is
linked; it answers a message of the host; it is from or to a contact; the contact has
exactly one open opportunity.  What no rule may touch is decided in
``mailkit/rules/linkable.py``.  Everything is looked up as the mailbox's owner: a record
that they may not read or post on is never proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from psycopg2 import Binary

from odoo.tools import SQL

from ..mailkit.rules.linkable import MailFacts, NeverList, correspondents, why_not
from ..mailkit.sync.threads import thread_key

Place = tuple[str, int]
"""A record: its model and id."""


@dataclass(frozen=True)
class Proposal:
    """``rule``: ``conversation``, ``reference``, ``contact`` or ``opportunity``."""

    model: str
    res_id: int
    rule: str


def propose(account, messages) -> dict[int, list[Proposal]]:
    """Mail id -> the records that the rules find, the surest first.

    Mails of one account, in the order in which they came.  Without those that are
    linked or that a person refused.
    """
    facts = {message.id: mail_facts(message) for message in messages}
    internal = internal_addresses(account.env, facts.values())
    never = NeverList.parse(account.never_link or "")
    allowed = messages.filtered(
        lambda message: not why_not(facts[message.id], internal, never)
    )
    if not allowed:
        return {}
    about = {
        message.id: correspondents(facts[message.id], internal) for message in allowed
    }
    conversations = linked_conversations(account, allowed)
    answered = answered_records(account.env, allowed)
    people = {email for found in about.values() for email in found}
    contacts = contacts_of(account, people)
    opportunities = open_opportunities(account, contacts, about)
    proposals: dict[int, list[Proposal]] = {}
    here: dict[str, list[Place]] = {}
    for message in allowed:
        continued = list(conversations.get(message.id, ()))
        for reference in references(message):
            continued += here.get(reference, ())
        places = [(place, "conversation") for place in continued]
        if message.id in answered:
            places.append((answered[message.id], "reference"))
        for email in about[message.id]:
            if email in contacts:
                places.append((("res.partner", contacts[email].id), "contact"))
            leads = opportunities.get(email, ())
            if len(leads) == 1:
                places.append((("crm.lead", leads[0]), "opportunity"))
        # the surest rule of those that find the same record
        found = dict(reversed(places))
        proposals[message.id] = [
            Proposal(*place, found[place])
            for place in dict.fromkeys(place for place, _rule in places)
        ]
        if message.message_id and found:
            here[message.message_id] = list(found)
    return _without_settled(account, proposals)


def mail_facts(message) -> MailFacts:
    def addresses(kind: str) -> tuple[str, ...]:
        pairs = (message.recipients or {}).get(kind, ())
        return tuple(email.lower() for _name, email in pairs if email)

    folder = message.shown_folder_id or message.folder_id
    return MailFacts(
        sender=(message.from_email or "").lower(),
        to=addresses("to"),
        cc=addresses("cc"),
        list_id=message.list_id or "",
        auto_submitted=message.auto_submitted or "",
        precedence=message.precedence or "",
        role=folder.role or "none",
        draft=message.draft,
    )


def references(message) -> list[str]:
    """The ids that a mail answers, the nearest last."""
    ids = (message.reference_header or "").split()
    answered = [one for one in (message.in_reply_to or "").split() if one not in ids]
    return [*ids, *answered][-32:]


def internal_addresses(env, facts: Iterable[MailFacts]) -> set[str]:
    """Those of the mails' addresses that belong to the house: its users and mailboxes,
    contacts of its own companies, and everybody in the domains of its aliases."""
    people = {
        email for fact in facts for email in (fact.sender, *fact.to, *fact.cc) if email
    }
    if not people:
        return set()
    rows = env.execute_query(
        SQL(
            """
            SELECT partner.email_normalized
              FROM res_users users JOIN res_partner partner
                ON partner.id = users.partner_id
             WHERE NOT users.share AND users.active
               AND partner.email_normalized = ANY(%(people)s)
             UNION
            SELECT partner.email_normalized
              FROM res_partner partner JOIN res_company company
                ON company.partner_id = partner.commercial_partner_id
             WHERE partner.email_normalized = ANY(%(people)s)
             UNION
            SELECT lower(email) FROM crm_mail_account
             WHERE lower(email) = ANY(%(people)s)
            """,
            people=list(people),
        )
    )
    internal = {row[0] for row in rows}
    # sudo: the names of the house's own domains
    domains = set(env["mail.alias.domain"].sudo().search([]).mapped("name"))
    internal.update(email for email in people if email.rpartition("@")[2] in domains)
    return internal


def linked_conversations(account, messages) -> dict[int, list[Place]]:
    """Mail id -> records that other mails of its conversation are linked to.

    By the ids that it names, because its conversation itself may be made a moment
    later; and in whosever mailbox the answered mail was linked.
    """
    env = account.env
    by_key: dict[bytes, set[int]] = defaultdict(set)
    by_id: dict[str, set[int]] = defaultdict(set)
    for message in messages:
        for reference in references(message):
            by_key[thread_key(reference)].add(message.id)
            by_id[reference].add(message.id)
    found: dict[int, dict[Place, None]] = defaultdict(dict)
    if by_id:
        for header_id, model, res_id in env.execute_query(
            SQL(
                "SELECT header_id, res_model, res_id FROM crm_mail_link"
                " WHERE header_id = ANY(%s) ORDER BY id",
                list(by_id),
            )
        ):
            for message_id in by_id[header_id]:
                found[message_id][model, res_id] = None
    threads: dict[int, set[int]] = defaultdict(set)
    for message in messages:
        if message.thread_id:
            threads[message.thread_id.id].add(message.id)
    if by_key:
        for key, thread in env.execute_query(
            SQL(
                "SELECT key, thread_id FROM crm_mail_thread_ref"
                " WHERE account_id = %s AND key = ANY(%s::bytea[])",
                account.id,
                [Binary(key) for key in by_key],
            )
        ):
            threads[thread] |= by_key[bytes(key)]
    if threads:
        for thread, model, res_id in env.execute_query(
            SQL(
                """
                SELECT DISTINCT message.thread_id, link.res_model, link.res_id
                  FROM crm_mail_message message
                  JOIN crm_mail_link link ON link.message_id = message.id
                 WHERE message.thread_id = ANY(%s)
                """,
                list(threads),
            )
        ):
            for message_id in threads[thread]:
                found[message_id][model, res_id] = None
    return {message_id: list(places) for message_id, places in found.items()}


def answered_records(env, messages) -> dict[int, Place]:
    """Mail id -> the record of the nearest message of the host that it answers."""
    wanted = {reference for mail in messages for reference in references(mail)}
    if not wanted:
        return {}
    links = env["crm.mail.link"]
    known = {
        header_id: (model, res_id)
        for header_id, model, res_id in env.execute_query(
            SQL(
                """
                SELECT message_id, model, res_id FROM mail_message
                 WHERE message_id = ANY(%s) AND res_id IS NOT NULL
                   AND model IS NOT NULL
                 ORDER BY id
                """,
                list(wanted),
            )
        )
        if links._has_chatter(model)
    }
    found = {}
    for message in messages:
        for reference in reversed(references(message)):
            if reference in known:
                found[message.id] = known[reference]
                break
    return found


def answered_chatters(env, messages) -> dict[int, set[Place]]:
    """Mail id -> the records from whose chatter a mail was sent that it answers."""
    wanted = {reference for mail in messages for reference in references(mail)}
    if not wanted:
        return {}
    written = {
        header_id: (model, res_id)
        for header_id, model, res_id in env.execute_query(
            SQL(
                """
                SELECT message_id, model, res_id FROM mail_message
                 WHERE message_id = ANY(%s) AND crm_mail_account_id IS NOT NULL
                """,
                list(wanted),
            )
        )
    }
    found = {
        mail.id: {written[one] for one in references(mail) if one in written}
        for mail in messages
    }
    return {message_id: places for message_id, places in found.items() if places}


def contacts_of(account, addresses: set[str]) -> dict:
    """Address -> contact: a person rather than the company that shares it."""
    if not addresses:
        return {}
    partners = (
        account.env["res.partner"]
        .with_user(account.user_id)
        .search_fetch(
            [("email_normalized", "in", list(addresses))],
            ["email_normalized", "is_company", "commercial_partner_id"],
        )
    )
    found: dict = {}
    for partner in partners.sorted(lambda one: (one.is_company, one.id)):
        found.setdefault(partner.email_normalized, partner)
    return found


def open_opportunities(account, contacts: dict, about: dict) -> dict[str, list[int]]:
    """Address -> open opportunities of its contact, of the contact's company, or with
    that address."""
    addresses = {email for emails in about.values() for email in emails}
    if not addresses:
        return {}
    companies = {partner.commercial_partner_id.id for partner in contacts.values()}
    leads = (
        account.env["crm.lead"]
        .with_user(account.user_id)
        .search_fetch(
            [
                ("type", "=", "opportunity"),
                ("won_status", "=", "pending"),
                "|",
                ("partner_id.commercial_partner_id", "in", list(companies)),
                ("email_normalized", "in", list(addresses)),
            ],
            ["partner_id", "email_normalized"],
        )
    )
    by_company, by_address = defaultdict(set), defaultdict(set)
    for lead in leads:
        # sudo: which company a contact belongs to, only to compare
        company = lead.partner_id.sudo().commercial_partner_id.id
        by_company[company].add(lead.id)
        by_address[lead.email_normalized].add(lead.id)
    found = {}
    for email in addresses:
        ids = set(by_address.get(email, ()))
        if email in contacts:
            ids |= by_company.get(contacts[email].commercial_partner_id.id, set())
        found[email] = sorted(ids)
    return found


def _without_settled(account, proposals) -> dict[int, list[Proposal]]:
    """Leave out what is linked or refused, and what the owner may not post on."""
    env = account.env
    ids = [message_id for message_id, found in proposals.items() if found]
    if not ids:
        return {}
    settled = set(
        env.execute_query(
            SQL(
                """
                SELECT message_id, res_model, res_id FROM crm_mail_link_refusal
                 WHERE message_id = ANY(%(ids)s)
                 UNION
                SELECT message_id, res_model, res_id FROM crm_mail_link
                 WHERE message_id = ANY(%(ids)s)
                 UNION
                SELECT message.id, link.res_model, link.res_id
                  FROM crm_mail_message message
                  JOIN crm_mail_link link ON link.header_id = message.message_id
                   AND link.user_id = message.user_id
                 WHERE message.id = ANY(%(ids)s)
                """,
                ids=ids,
            )
        )
    )
    wanted: dict[str, set[int]] = defaultdict(set)
    for found in proposals.values():
        for one in found:
            wanted[one.model].add(one.res_id)
    open_to_owner = {
        model: postable(env[model].with_user(account.user_id), res_ids)
        for model, res_ids in wanted.items()
        if env["crm.mail.link"]._has_chatter(model)
    }
    return {
        message_id: left
        for message_id, found in proposals.items()
        if (
            left := [
                one
                for one in found
                if (message_id, one.model, one.res_id) not in settled
                and one.res_id in open_to_owner.get(one.model, ())
            ]
        )
    }


def postable(records, res_ids: Iterable[int]) -> set[int]:
    """Those of the records that the user may read and post on."""
    found = records.browse(res_ids).exists()._filtered_access("read")
    may: set[int] = set()
    operations = found._mail_get_operation_for_mail_message_operation("create")
    by_operation = defaultdict(list)
    for record in found:
        by_operation[operations[record]].append(record.id)
    for operation, ids in by_operation.items():
        may.update(records.browse(ids)._filtered_access(operation).ids)
    return may
