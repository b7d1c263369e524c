"""The column ``search`` of ``crm_mail_message``: the words that a mail is found by.

It is no field, so that nothing reads it by accident: a ``tsvector`` of folded words
(``mailkit/words.py``) under three dictionaries at once, because nothing tells the
language of a subject: ``simple`` (as typed, also the beginning of a word),
``english`` and ``italian`` (word forms).  Weights are places: A the subject, B the
sender, C the recipients, D what the mail says, as far as it is known here.

It is filled beside the conversation, in the statement that writes the row anyway
(``thread_writer``): the first index stays as quick as a COPY, and no row is written
twice for it.  ``NULL`` means not yet.
"""

from __future__ import annotations

from odoo.tools import SQL

from ..mailkit import words

TEXT_LENGTH = 20_000
"""Characters of a body whose words are kept; more are signatures and quotations."""
HEADER_COLUMNS = ("subject", "from_name", "from_email", "recipients", "preview")
BATCH = 1000


def create_column(cr) -> None:
    """Column and index, for :meth:`crm.mail.message.init`."""
    cr.execute("ALTER TABLE crm_mail_message ADD COLUMN IF NOT EXISTS search tsvector")
    # Partial: a first index writes a hundred thousand rows that have no words yet.
    cr.execute(
        "CREATE INDEX IF NOT EXISTS crm_mail_message__search_index"
        " ON crm_mail_message USING gin (search) WHERE search IS NOT NULL"
    )


def texts(subject, from_name, from_email, recipients, preview) -> tuple[str, ...]:
    """What :data:`HEADER_COLUMNS` say, as :func:`vector` wants it."""
    receivers = [
        part
        for kind in ("to", "cc")
        for address in (recipients or {}).get(kind, ())
        for part in address
    ]
    return (
        words.indexed(subject),
        words.indexed(from_name, from_email),
        words.indexed(*receivers),
        words.indexed(preview),
    )


def vector(subject: SQL, sender: SQL, receivers: SQL, text: SQL) -> SQL:
    """The words of four texts that :func:`texts` made. Names have no word forms."""
    return SQL(
        "%s || setweight(to_tsvector('simple', %s), 'B')"
        " || setweight(to_tsvector('simple', %s), 'C') || %s",
        _forms(subject, "A"),
        sender,
        receivers,
        _forms(text, "D"),
    )


def _forms(text: SQL, weight: str) -> SQL:
    return SQL(
        "setweight(to_tsvector('simple', %(text)s) || to_tsvector('english', %(text)s)"
        " || to_tsvector('italian', %(text)s), %(weight)s)",
        text=text,
        weight=weight,
    )


def add_previews(env, lines: dict[int, str]) -> None:
    """Store preview lines, id -> line, and the words that they add.

    Where the column is still empty it stays so: who fills it reads the line.
    """
    if not lines:
        return
    values = SQL(", ").join(
        SQL("(%s::int4, %s::text, %s::text)", mail, line, words.indexed(line))
        for mail, line in lines.items()
    )
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message
               SET preview = line.text, search = message.search || %s
              FROM (VALUES %s) AS line (id, text, words)
             WHERE message.id = line.id
            """,
            _forms(SQL("line.words"), "D"),
            values,
        )
    )
    env["crm.mail.message"].invalidate_model(["preview"])


def write(env, bodies: dict[int, str]) -> None:
    """Fill the column of mails whose bodies were read, id -> text: with the words of
    their headers and of their own."""
    env.flush_all()
    rows = env.execute_query(
        SQL(
            "SELECT id, %s FROM crm_mail_message WHERE id = ANY(%s)",
            SQL(", ").join(map(SQL.identifier, HEADER_COLUMNS)),
            list(bodies),
        )
    )
    _fill(
        env,
        [
            (mail, *texts(*header)[:-1], words.indexed(bodies[mail][:TEXT_LENGTH]))
            for mail, *header in rows
        ],
    )


def _fill(env, rows: list[tuple]) -> None:
    """``(id, subject, sender, receivers, text)`` of some mails."""
    if not rows:
        return
    env.cr.execute(
        SQL(
            """
            UPDATE crm_mail_message message SET search = %s
              FROM (VALUES %s) AS found (id, subject, sender, receivers, text)
             WHERE message.id = found.id
            """,
            vector(*map(SQL, ("found.subject", "sender", "receivers", "found.text"))),
            SQL(", ").join(
                SQL("(%s::int4, %s::text, %s::text, %s::text, %s::text)", *row)
                for row in rows
            ),
        )
    )


def fill(env) -> int:
    """Words for mails that were put into conversations before there was a search."""
    filled = 0
    while True:
        rows = env.execute_query(
            SQL(
                """
                SELECT id, %s FROM crm_mail_message
                 WHERE search IS NULL AND thread_id IS NOT NULL LIMIT %s
                """,
                SQL(", ").join(map(SQL.identifier, HEADER_COLUMNS)),
                BATCH,
            )
        )
        if not rows:
            return filled
        _fill(env, [(mail, *texts(*header)) for mail, *header in rows])
        filled += len(rows)


def matching(mail: SQL, question: str, weight: str = "") -> SQL:
    """A condition on a ``crm_mail_message``: every word of the question is in it.

    :param mail: the table's alias
    :param weight: only at this place, A, B or C; names (B, C) have no word forms
    """
    parts = []
    for word in words.queried(question):
        ways = [SQL("to_tsquery('simple', %s)", f"{word}:*{weight}")]
        if weight in ("", "A"):
            formed = f"{word}:{weight}" if weight else word
            ways += [
                SQL("to_tsquery('english', %s)", formed),
                SQL("to_tsquery('italian', %s)", formed),
            ]
        parts.append(SQL("(%s)", SQL(" || ").join(ways)))
    if not parts:
        return SQL("FALSE")
    return SQL("%s.search @@ (%s)", mail, SQL(" && ").join(parts))
