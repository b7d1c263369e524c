from . import crm_mail_account_delete
from . import crm_mail_account_setup
from . import crm_mail_account_setup_oauth
from . import crm_mail_account_setup_proposal
from . import crm_mail_account_setup_sync
from . import crm_mail_pop3_empty
from . import crm_mail_sender
from . import crm_mail_link_backfill
