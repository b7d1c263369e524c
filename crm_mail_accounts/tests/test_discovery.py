from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..mailkit import net_dns, net_http
from ..mailkit.lookup import HttpAnswer, MxRecord, SrvRecord
from .common import MailCase

CONFIGURATION = b"""<clientConfig version="1.1"><emailProvider id="company.example">
<incomingServer type="imap"><hostname>in.company.example</hostname><port>993</port>
<socketType>SSL</socketType><username>%EMAILLOCALPART%</username>
<authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>out.company.example</hostname><port>587</port>
<socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username>
<authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>"""


@tagged("post_install", "-at_install")
class TestDiscovery(MailCase):
    """Find my settings: the assistant with the DNS and the web stood in for."""

    def find(self, address, dns=None, page=None):
        """The assistant after the button; ``self.asked`` holds the URLs."""
        self.asked = []

        def fetch(url, timeout, **_kwargs):
            self.asked.append(url)
            return HttpAnswer(200, body=page) if page else HttpAnswer(404)

        def ask(name, kind, timeout):
            return (dns or {}).get((name, kind), ())

        setup = (
            self.env["crm.mail.account.setup"]
            .with_user(self.owner)
            .create({"username": address})
        )
        with (
            patch.object(net_dns, "ask", ask),
            patch.object(net_http, "fetch", fetch),
        ):
            setup.action_find()
        return setup

    def test_a_known_domain_is_found_without_asking_anybody(self):
        setup = self.find("rosa@legalmail.it")
        self.assertEqual(setup.provider_id.name, "PEC Legalmail")
        self.assertEqual(setup.smtp_host, "sendm.cert.legalmail.it")
        self.assertEqual(self.asked, [])

    def test_a_company_at_a_known_provider_is_found_by_its_mail_exchanger(self):
        mx = [MxRecord(10, "aspmx.l.google.com.")]
        setup = self.find("rosa@company.example", {("company.example", "MX"): mx})
        self.assertEqual(setup.provider_id.name, "Gmail")
        self.assertEqual(setup.imap_host, "imap.gmail.com")

    def test_the_domains_own_records_are_used(self):
        def record(port):
            return [SrvRecord(0, 1, port, "mail.company.example.")]

        setup = self.find(
            "rosa@company.example",
            {
                ("_imaps._tcp.company.example", "SRV"): record(1993),
                ("_submissions._tcp.company.example", "SRV"): record(1465),
            },
        )
        self.assertTrue(setup.provider_id.custom)
        self.assertEqual(
            (setup.imap_host, setup.imap_port, setup.imap_security),
            ("mail.company.example", 1993, "tls"),
        )
        self.assertEqual(setup.smtp_port, 1465)

    def test_the_domains_configuration_file_is_used(self):
        setup = self.find("rosa@company.example", page=CONFIGURATION)
        self.assertEqual(
            (setup.username, setup.imap_host, setup.smtp_host, setup.smtp_security),
            ("rosa", "in.company.example", "out.company.example", "starttls"),
        )
        hosts = {url.split("/")[2] for url in self.asked}
        self.assertTrue(all(host.endswith("company.example") for host in hosts), hosts)

    def test_guesses_are_a_list_to_choose_from_and_nothing_is_entered(self):
        setup = self.find("rosa@company.example")
        self.assertFalse(setup.imap_host)
        self.assertTrue(setup.proposal_ids)
        self.assertTrue(all(setup.proposal_ids.mapped("doubtful")))
        chosen = setup.proposal_ids[-1]
        chosen.action_use()
        self.assertEqual(setup.imap_host, chosen.imap_host)

    def test_without_an_address_a_sentence_says_what_to_do(self):
        with self.assertRaisesRegex(UserError, "Enter your e-mail address"):
            self.find("rosa")
