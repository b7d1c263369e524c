from contextlib import contextmanager

from odoo.tests import tagged

from ..mailkit.tests.other_servers import TellingProxy
from .common import simple_mail
from .sync_common import SyncCase


@tagged("post_install", "-at_install")
class TestSyncIdentity(SyncCase):
    """Servers that tell which mail is which (RFC 8474, Gmail)."""

    @contextmanager
    def account_told(self, **options):
        with TellingProxy(
            self.mailbox.host, self.mailbox.ports["imap"], **options
        ) as proxy:
            self.proxy = proxy
            account = self.new_account(
                imap_port=proxy.endpoint().port, imap_security="none"
            )
            self.work(account)
            yield account

    def test_the_servers_own_id_is_stored(self):
        self.mailbox.append(simple_mail("One"), simple_mail("Two"))
        for extension, mark in (("OBJECTID", "e:M"), ("X-GM-EXT-1", "g:")):
            with self.subTest(extension=extension):
                with self.account_told(extension=extension) as account:
                    keys = self.messages(account).mapped("server_key")
                    self.assertEqual(len(set(keys)), 2)
                    self.assertTrue(all(key.startswith(mark) for key in keys), keys)
                    account.unlink()

    def moved_to_where_sizes_differ(self, account):
        """Another client moves a mail to a folder that writes mails anew, and the
        folders are read in both orders."""
        lead = self.env["crm.lead"].create({"name": "x", "user_id": self.owner.id})
        for source, target in (("INBOX", "Aaa"), ("Aaa", "INBOX")):
            mail = self.messages(account, subject="Offer")
            self.assertEqual(len(mail), 1)
            self.client().link_message(mail.id, "crm.lead", lead.id)
            self.move(source, str(mail.uid), target)
            self.sync(account)
            self.sync(account)
            found = self.messages(account, subject="Offer")
            self.assertEqual(found, mail)
            self.assertEqual(mail.folder_id.raw, target)
            self.assertEqual(mail.link_ids.res_id, lead.id)

    def test_a_mail_whose_size_changes_on_its_way_is_the_same_mail(self):
        """[D12] The fingerprint is another one; the server's id is not."""
        self.mailbox.append(simple_mail("x"), folder="Aaa", create=True)
        self.mailbox.append(simple_mail("Offer"), simple_mail("Other"))
        with self.account_told(resizes={b"Aaa"}) as account:
            self.moved_to_where_sizes_differ(account)

    def test_rows_from_before_the_server_told_ids_are_found_again(self):
        self.mailbox.append(simple_mail("x"), folder="Aaa", create=True)
        self.mailbox.append(simple_mail("Offer"), simple_mail("Other"))
        for told in (True, False):
            with self.subTest(told=told), self.account_told() as account:
                mail = self.messages(account, subject="Offer")
                if told:
                    self.messages(account).server_key = False
                else:
                    # the server stops telling
                    self.proxy.extension = "X-UNKNOWN"
                    self.proxy._told = lambda response: response
                self.move(mail.folder_id.raw, str(mail.uid), "Aaa")
                self.sync(account)
                self.assertEqual(self.messages(account, subject="Offer"), mail)
                self.assertEqual(bool(mail.server_key), True)
                self.assertEqual(mail.folder_id.raw, "Aaa")
                self.move("Aaa", str(mail.uid), "INBOX")
                account.unlink()

    def test_folders_that_show_mails_of_others_are_not_indexed(self):
        """Gmail: a mail with three labels is one mail here for each real folder."""
        virtual = {b"AllMail": b"\\All", b"Starred": b"\\Flagged"}
        virtual[b"Vip"] = b"\\Important"
        mail = simple_mail("Labelled")
        self.mailbox.append(mail)
        for name in virtual:
            self.mailbox.append(mail, folder=name.decode(), create=True)
        with self.account_told(extension="X-GM-EXT-1", attributes=virtual) as account:
            self.assertEqual(len(self.messages(account)), 1)
            roles = {
                folder.raw: (folder.role, folder.monitored)
                for folder in account.folder_ids
            }
            self.assertEqual(roles["AllMail"], ("all", False))
            self.assertEqual(roles["Starred"], ("flagged", False))
            self.assertEqual(roles["Vip"], ("important", False))
