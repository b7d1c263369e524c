"""Field types that the host does not have."""

from odoo import fields
from odoo.tools import SQL, sql


class BigInteger(fields.Integer):
    """An eight-byte integer that can be unknown (NULL), which reads as 0.

    UID, UIDVALIDITY and UIDNEXT are unsigned 32-bit and MODSEQ is 63-bit
    (RFC 9051 2.3.1.1, RFC 7162 3.1.1); the host's ``Integer`` is a signed int4.  And
    it stores ``False`` as 0, which the indexes on the place of a mail would take for
    a UID.
    """

    _column_type = ("int8", "int8")

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)


class UnboundMany2one(fields.Many2one):
    """A many2one without a foreign key in the database.

    For rows that come by the hundred thousand: PostgreSQL checks each key of each row
    by itself, after the COPY, which costs more than storing the row with all its
    indexes.  Whoever removes what such a field names sees to the rows first, and an
    autovacuum finds what was removed in another way.
    """

    def update_db_foreign_key(self, model, column):
        rows = model.env.execute_query(
            SQL(
                """
                SELECT conname FROM pg_constraint key
                  JOIN pg_attribute attribute ON attribute.attrelid = key.conrelid
                   AND attribute.attnum = ANY(key.conkey)
                 WHERE key.conrelid = %s::regclass AND key.contype = 'f'
                   AND attribute.attname = %s
                """,
                model._table,
                self.name,
            )
        )
        for (name,) in rows:
            sql.drop_constraint(model.env.cr, model._table, name)
