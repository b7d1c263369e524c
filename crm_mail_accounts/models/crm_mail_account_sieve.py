from odoo import fields, models

ENGINES = [("here", "In Odoo"), ("server", "On the mail server")]
STATES = [
    ("here", "In Odoo"),
    ("activating", "Moving to the mail server"),
    ("server", "On the mail server"),
    ("deactivating", "Moving back to Odoo"),
]


class CrmMailAccountSieve(models.Model):
    """Where the filters and the out of office of a mailbox run.

    ``wanted`` is what the owner asked for; ``state`` is how far the worker is, and only
    a worker that holds the account's lease writes it (``tools/sieve_rules.py``).  Odoo
    acts in the state ``here`` alone, and the server's script is active in ``server``
    alone, or at most in the two states in between, in which nobody else acts: so never
    both, wherever a worker dies.
    """

    _name = "crm.mail.account.sieve"
    _description = "Rules of a mailbox on its server"
    _rec_name = "account_id"

    account_id = fields.Many2one(
        "crm.mail.account", required=True, index=True, ondelete="cascade"
    )
    wanted = fields.Selection(ENGINES, required=True, default="here")
    state = fields.Selection(STATES, required=True, default="here")
    extensions = fields.Char(help="What the server's Sieve can do, as it told last.")
    beside = fields.Char(help="Script of somebody else that is run before ours.")
    digest = fields.Char(help="SHA-256 of the script that is on the server.")
    checked_at = fields.Datetime(help="When the server was asked last.")
    retry_at = fields.Datetime(help="After a failure: when it is tried again.")
    problem = fields.Char(help="Why it is not as wanted, in words.")

    _account_unique = models.Constraint(
        "UNIQUE (account_id)", "A mailbox has one place for its rules."
    )
