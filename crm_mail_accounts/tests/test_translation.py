import io
import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import trans_export

PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|<[^>]+>")


@tagged("post_install", "-at_install")
class TestTranslation(TransactionCase):
    """The Italian translation says everything that the source says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        buffer = io.BytesIO()
        trans_export(False, ["crm_mail_accounts"], buffer, "po", cls.env)
        cls.source = polib.pofile(buffer.getvalue().decode())
        with file_open("crm_mail_accounts/i18n/it.po", "r") as stream:
            cls.italian = {
                entry.msgid: entry.msgstr for entry in polib.pofile(stream.read())
            }

    def test_every_sentence_is_translated(self):
        missing = [e.msgid for e in self.source if not self.italian.get(e.msgid)]
        self.assertEqual(missing, [])

    def test_nothing_is_translated_that_no_longer_exists(self):
        sentences = {entry.msgid for entry in self.source}
        self.assertEqual(sorted(set(self.italian) - sentences), [])

    def test_placeholders_survive_the_translation(self):
        for sentence, translated in self.italian.items():
            with self.subTest(sentence=sentence):
                self.assertEqual(
                    sorted(PLACEHOLDER.findall(sentence)),
                    sorted(PLACEHOLDER.findall(translated)),
                )
