"""Mail without Odoo: bytes and values in, values and :class:`errors.MailError` out.

Nothing in this package knows Odoo, a cursor, a translation or the wall clock.
``imap`` and ``smtp`` reach the network through ``net`` only; ``mime``, ``sync``
and ``rules`` never do.  ``dev/lint`` enforces both directions.
"""
