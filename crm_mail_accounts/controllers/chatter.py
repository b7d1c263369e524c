from odoo.addons.mail.controllers.thread import ThreadController


class ChatterController(ThreadController):
    """What the composer of a record says about the mailbox to send from."""

    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        data = super()._prepare_message_data(post_data, thread=thread, **kwargs)
        account_id = post_data.get("crm_mail_account_id")
        if account_id and kwargs.get("from_create"):
            # asked for by message_post, as any value that comes from a browser
            data["crm_mail_account_id"] = int(account_id)
        return data
