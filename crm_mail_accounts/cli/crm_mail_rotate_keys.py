import sys

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class RotateKeys(Command):
    """Encrypt all stored mail passwords anew under the first key"""

    name = "crm_mail_rotate_keys"
    epilog = """
        Give the new key in front of the old one (crm_mail_accounts_key in the
        configuration, CRM_MAIL_ACCOUNTS_KEY in the environment or the file
        crm_mail_accounts.key in the data directory; separated by a comma), run this
        with -c and -d as the server itself, and then take the old key away.
    """

    def run(self, args):
        config.parse_config(args, setup_logging=True)
        names = config["db_name"]
        if len(names) != 1:
            sys.exit("Name one database: -d DATABASE")
        with Registry(names[0]).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            # Imported here: commands are loaded before the addons are.
            from odoo.addons.crm_mail_accounts.tools.secret_store import rotate_all

            written, unreadable = rotate_all(env)
        sys.stdout.write(f"{written} passwords encrypted anew\n")
        if unreadable:
            sys.exit(f"{unreadable} passwords fit no key and were left as they are")
