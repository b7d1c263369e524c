import io
import re
from pathlib import Path

import polib
from lxml import etree

from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import OWL_TRANSLATED_ATTRS, trans_export

PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\w+\}|\$\w+\|\|\w+\$|<[^>]+>")
INTERPOLATION = re.compile(r"\{\{.*?\}\}|#\{.*?\}")


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

    def test_no_screen_text_escapes_translation(self):
        """OWL translates plain attributes, but never what stands in a `t-attf-` one."""
        addon = Path(Manifest.for_addon("crm_mail_accounts").path)
        templates = list(addon.glob("static/src/**/*.xml"))
        self.assertTrue(templates)
        escaped = [
            f"{path.name}:{node.sourceline}: {value}"
            for path in templates
            for node in etree.parse(path).iter(etree.Element)
            for name, value in node.attrib.items()
            if name.removeprefix("t-attf-") in OWL_TRANSLATED_ATTRS
            and name.startswith("t-attf-")
            and re.search(r"[^\W\d_]", INTERPOLATION.sub("", value))
        ]
        self.assertEqual(escaped, [])
