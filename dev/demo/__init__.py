"""The demo world: a cast of people, their opportunities in the CRM and their mail.

``cast`` is the one home of the people; ``seed_crm`` writes them into Odoo,
``mailbox`` writes their mail, ``bulk`` invents large mailboxes and ``load`` puts
either of them on an IMAP server. Nothing here reads a clock or a random source of
its own: the same seed and the same last day give the same bytes.
"""
