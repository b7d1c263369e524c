"""Which mails a list shows, as SQL: a view, what was searched for, a page of it.

A page is found by its ids alone, by indexes in the order of the list and whatever the
mailbox's size: each folder of a view gives its newest mails, and these are merged;
where mails are shown as conversations, one stays that is the newest of its
conversation in the view.  Whether the user may read them is not decided here: the
caller reads the rows through the record rules.

The order is that of the server within a second: by UID; our own ids would not do,
because the first index goes from the newest mail down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from odoo.tools import SQL

from . import search_writer

Condition = Callable[[SQL], SQL]
"""What must hold for a row of ``crm_mail_message`` that goes by this alias."""
Cursor = tuple[str, int, int]
"""A place in a list: date, UID and id of a row."""

NO_UID = 1 << 32
"""A mail that is on its way to another folder has no UID; it is sorted first."""
COUNTED = 1000
"""What was searched for is counted up to here."""
THREAD_MAILS = 200
"""Newest mails of a conversation that are counted and listed."""

PLACES = {"text": "", "subject": "A", "from": "B", "to": "C"}
"""What is searched for words, and the weight that they have there."""
FLAGS: dict[str, Condition] = {
    "unread": lambda mail: SQL("NOT %s.seen", mail),
    "flagged": lambda mail: SQL("%s.flagged", mail),
    "unreadable": lambda mail: SQL("%s.state = 'unreadable'", mail),
    "attachment": lambda mail: SQL("%s.has_attachments", mail),
    "linked": lambda mail: SQL(
        "EXISTS (SELECT FROM crm_mail_link link WHERE link.message_id = %s.id)", mail
    ),
}
"""Filters that are on or off."""


def in_folder(folder_id: int) -> Condition:
    return lambda mail: SQL("%s.shown_folder_id = %s", mail, folder_id)


def in_local_folder(folder_id: int) -> Condition:
    """A folder that only the CRM knows shows mails wherever they lie."""
    return lambda mail: SQL(
        "%(mail)s.local_folder_id = %(folder)s"
        " AND %(mail)s.shown_folder_id IS NOT NULL",
        mail=mail,
        folder=folder_id,
    )


def flagged_in(account_id: int) -> Condition:
    return lambda mail: SQL(
        "%(mail)s.account_id = %(account)s AND %(mail)s.flagged"
        " AND %(mail)s.shown_folder_id IS NOT NULL",
        mail=mail,
        account=account_id,
    )


def among(ids: SQL) -> Condition:
    """``ids``: a subquery."""
    return lambda mail: SQL("%s.id IN %s", mail, ids)


@dataclass(frozen=True)
class Search:
    """What a list is narrowed down to; all of it must hold.

    ``words``: pairs of a place of :data:`PLACES` and a text; ``flags``: of
    :data:`FLAGS`; ``since``, ``before``: UTC; ``records``: (model, id), of which it is
    linked to one; ``assigned_to``: a user who takes care of its conversation, 0:
    nobody does.
    """

    words: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    since: str | None = None
    before: str | None = None
    records: tuple[tuple[str, int], ...] | None = None
    assigned_to: int | None = None

    def __bool__(self) -> bool:
        return bool(
            self.words
            or self.flags
            or self.since
            or self.before
            or self.records is not None
            or self.assigned_to is not None
        )

    def conditions(self, mail: SQL) -> list[SQL]:
        found = [
            search_writer.matching(mail, text, PLACES[place])
            for place, text in self.words
        ]
        found += [FLAGS[name](mail) for name in self.flags]
        if self.since:
            found.append(SQL("%s.internal_date >= %s", mail, self.since))
        if self.before:
            found.append(SQL("%s.internal_date < %s", mail, self.before))
        if self.records is not None:
            found.append(
                SQL(
                    "EXISTS (SELECT FROM crm_mail_link link"
                    " WHERE link.message_id = %s.id"
                    " AND (link.res_model, link.res_id) IN %s)",
                    mail,
                    self.records or (("", 0),),
                )
            )
        if self.assigned_to is not None:
            found.append(_assigned_to(mail, self.assigned_to))
        return found


def _assigned_to(mail: SQL, user_id: int) -> SQL:
    if not user_id:
        return SQL(
            "NOT EXISTS (SELECT FROM crm_mail_thread thread"
            " WHERE thread.id = %s.thread_id AND thread.assigned_id IS NOT NULL)",
            mail,
        )
    return SQL(
        "%s.thread_id IN (SELECT thread.id FROM crm_mail_thread thread"
        " WHERE thread.assigned_id = %s)",
        mail,
        user_id,
    )


@dataclass(frozen=True)
class View:
    """Where a list's mails lie, and what of them is wanted.

    ``parts``: of these conditions one and only one holds for each mail of the view,
    and an index serves each in the order of the list.
    """

    parts: tuple[Condition, ...]
    search: Search

    def page(
        self, after: Cursor | None, limit: int, *, threads: bool, few: bool = False
    ) -> SQL:
        """A query for `id`, `internal_date` and `uid` of a page, newest first.

        :param few: it is known that few mails have the words: these are found before
            they are sorted. The database knows how frequent frequent words are, takes
            all others for a mail in two hundred, and looks for them from the newest
            mail down, which is through the whole mailbox.
        """
        if self.search.words or not self.parts:
            # Words have an index of their own; one look serves all parts.
            branches = [self._branch(self._anywhere, after, limit, threads, few)]
        else:
            branches = [
                self._branch(part, after, limit, threads) for part in self.parts
            ]
        return SQL(
            "SELECT page.* FROM (%s) page ORDER BY %s LIMIT %s",
            SQL(" UNION ALL ").join(branches),
            newest("page"),
            limit,
        )

    def ids(self, limit: int) -> SQL:
        """A query for ``id`` of so many mails of the view, in no order."""
        return SQL(
            "SELECT listed.id FROM crm_mail_message listed WHERE %s LIMIT %s",
            SQL(" AND ").join(self._conditions(SQL("listed"), self._anywhere)),
            limit,
        )

    def count(self, most: int = COUNTED) -> SQL:
        return SQL("SELECT count(*) FROM (%s) found", self.ids(most))

    def holds(self, mail: str) -> SQL:
        """Whether a row of this alias lies in the view, searched or not."""
        return self._anywhere(SQL.identifier(mail))

    def _anywhere(self, mail: SQL) -> SQL:
        if not self.parts:
            return SQL("FALSE")
        return SQL("(%s)", SQL(" OR ").join(part(mail) for part in self.parts))

    def _conditions(self, mail: SQL, place: Condition) -> list[SQL]:
        return [SQL("(%s)", place(mail)), *self.search.conditions(mail)]

    def _branch(
        self,
        place: Condition,
        after: Cursor | None,
        limit: int,
        threads: bool,
        few: bool = False,
    ) -> SQL:
        mails = SQL("crm_mail_message")
        conditions = self._conditions(SQL("listed"), place)
        if few:
            # OFFSET keeps the database from sorting first
            mails = SQL(
                "(SELECT * FROM crm_mail_message listed WHERE %s OFFSET 0)",
                SQL(" AND ").join(conditions),
            )
            conditions = [SQL("TRUE")]
        if after:
            conditions.append(_behind(after))
        if threads:
            conditions.append(self._newest_of_thread(place))
        return SQL(
            "(SELECT listed.id, listed.internal_date, listed.uid"
            " FROM %s listed WHERE %s ORDER BY %s LIMIT %s)",
            mails,
            SQL(" AND ").join(conditions),
            newest("listed"),
            limit,
        )

    def _newest_of_thread(self, place: Condition) -> SQL:
        """A scalar subquery, which no planner makes a join of: one look into an index
        for each mail, however long its conversation is.

        Of a comparison the database expects that one mail in two hundred passes, and
        sorts all that have a frequent word before it looks at the first conversation;
        of a CASE it expects one in two.
        """
        return SQL(
            """
            CASE WHEN listed.thread_id IS NULL THEN TRUE ELSE listed.id = (
                SELECT mate.id FROM crm_mail_message mate
                 WHERE mate.thread_id = listed.thread_id AND %s
                 ORDER BY %s LIMIT 1) END
            """,
            SQL(" AND ").join(self._conditions(SQL("mate"), place)),
            newest("mate"),
        )


def newest(mail: str) -> SQL:
    """The order of a list."""
    alias = SQL.identifier(mail)
    return SQL(
        "%(mail)s.internal_date DESC, %(mail)s.uid DESC, %(mail)s.id DESC", mail=alias
    )


def _behind(after: Cursor) -> SQL:
    date, uid, message_id = after
    return SQL(
        """
        listed.internal_date <= %(date)s
        AND (listed.internal_date < %(date)s
             OR COALESCE(listed.uid, %(none)s) < %(uid)s
             OR (COALESCE(listed.uid, %(none)s) = %(uid)s AND listed.id < %(id)s))
        """,
        date=date,
        uid=uid,
        id=message_id,
        none=NO_UID,
    )


@dataclass(frozen=True)
class Thread:
    """A conversation in a list: how many mails it has, how many of them are unread,
    (name, address) of their senders from the newest on, and the ids of those that lie
    in the view, which is what is done to the row is done to."""

    count: int
    unread: int
    senders: tuple[tuple[str, str], ...]
    ids: tuple[int, ...]


def threads(env, view: View, thread_ids: Sequence[int]) -> dict[int, Thread]:
    """What a list says of conversations, those of a whole page in one query."""
    if not thread_ids:
        return {}
    rows = env.execute_query(
        SQL(
            """
            SELECT thread.id, count(*), count(*) FILTER (WHERE NOT mail.seen),
                   array_agg(COALESCE(mail.from_name, '')
                             ORDER BY mail.internal_date DESC, mail.id DESC),
                   array_agg(COALESCE(mail.from_email, '')
                             ORDER BY mail.internal_date DESC, mail.id DESC),
                   COALESCE(array_agg(mail.id) FILTER (WHERE %s), '{}')
              FROM unnest(%s) AS thread (id), LATERAL (
                   SELECT * FROM crm_mail_message message
                    WHERE message.thread_id = thread.id
                      AND message.shown_folder_id IS NOT NULL
                    ORDER BY message.internal_date DESC LIMIT %s) mail
             GROUP BY thread.id
            """,
            view.holds("mail"),
            list(thread_ids),
            THREAD_MAILS,
        )
    )
    return {
        thread_id: Thread(
            count, unread, tuple(zip(names, emails, strict=True)), tuple(ids)
        )
        for thread_id, count, unread, names, emails, ids in rows
    }
