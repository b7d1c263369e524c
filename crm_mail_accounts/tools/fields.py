"""Field types that the host does not have."""

from odoo import fields


class BigInteger(fields.Integer):
    """An eight-byte integer.

    UID, UIDVALIDITY and UIDNEXT are unsigned 32-bit and MODSEQ is 63-bit
    (RFC 9051 2.3.1.1, RFC 7162 3.1.1); the host's ``Integer`` is a signed int4.
    """

    _column_type = ("int8", "int8")
