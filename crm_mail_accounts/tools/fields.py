"""Field types that the host does not have."""

from odoo import fields


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
