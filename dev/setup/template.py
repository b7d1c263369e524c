"""Databases to copy: first Odoo with CRM, then the same with our addon installed.

The plain template costs a minute: it is kept as a dump and a filestore, by the hash of
Odoo's version and the list of modules, and shared by the flavours. The addon template
costs seconds: it is kept as a database of the tests' cluster, by two hashes, one of
what an installation reads and one of the files that go into the browser's assets. Tests
themselves count for neither, so editing a test makes nothing anew.

Assets are generated beforehand: otherwise the first browser test waits for that until
it fails by its time limit.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from .errors import CommandFailed, SetupError
from .odoo import Odoo
from .paths import ADDON, ADDON_NAME, dev_dir, log_dir
from .steps import build_folder, cached, digest, remove, timed, tree_digest

# crm would bring iap, partner_autocomplete, sms and more by itself, which call their
# vendor; --skip-auto-install leaves them out, so what we do want is named here.
MODULES = (
    "base_import",
    "bus",
    "contacts",
    "crm",
    "google_gmail",
    "html_editor",
    "microsoft_outlook",
    "web_tour",
)
# Not by --load-language: on a new database that makes it everybody's language.
LANGUAGES = ("it_IT",)
FINISH = f"""
languages = env['res.lang'].with_context(active_test=False)
languages = languages.search([('code', 'in', {LANGUAGES!r})])
env['base.language.install'].create({{'lang_ids': languages.ids}}).lang_install()
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
"""
# The addon's own bundles are loaded on demand, so no view names them.
PREGENERATE_ADDON = f"""
from odoo.modules.module import Manifest
qweb = env['ir.qweb']
js, css = qweb._get_bundles_to_pregenarate()
assets = Manifest.for_addon('{ADDON_NAME}')['assets']
own = {{name for name in assets if name.startswith('{ADDON_NAME}.')}}
for name in sorted((set(assets) & js) | own):
    qweb._get_asset_bundle(name, css=False, js=True).js()
for name in sorted((set(assets) & css) | own):
    qweb._get_asset_bundle(name, css=True, js=False).css()
env.cr.commit()
"""
KEPT_ADDON_TEMPLATES = 4

# What neither an installation nor the browser reads.
WITHOUT_EFFECT = ("tests", "mailkit/tests", "readme", "static/description")


def plain_key(odoo: Odoo) -> str:
    return digest(odoo.tree.version, MODULES, FINISH)


def plain_name(odoo: Odoo) -> str:
    return f"plain_{plain_key(odoo)[:12]}"


def ensure_plain(odoo: Odoo) -> str:
    """The name of the plain template, present in this flavour's cluster."""
    name = plain_name(odoo)
    folder = dev_dir() / "template"
    label = f"Template database (Odoo with {len(MODULES)} modules, Italian, assets)"
    build_folder(
        label, folder, plain_key(odoo), lambda part: make_plain(odoo, name, part)
    )
    if name not in odoo.cluster.databases():
        with timed("Template database restored"):
            drop_plain(odoo)
            part = f"part_{name}"
            odoo.cluster.restore(folder / "dump", part)
            copy_filestore(folder / "filestore", odoo.filestore(name))
            odoo.cluster.rename(part, name)
    return name


def make_plain(odoo: Odoo, name: str, folder: Path) -> None:
    part = f"part_{name}"
    drop_plain(odoo)
    odoo.cluster.create(part)
    args = ["-i", ",".join(MODULES), "--skip-auto-install"]
    odoo.server_once("Installing Odoo's modules", part, *args, log="template")
    odoo.shell("Loading languages, generating assets", part, FINISH, "template")
    odoo.cluster.dump(part, folder / "dump")
    copy_filestore(odoo.filestore(part), folder / "filestore")
    copy_filestore(odoo.filestore(part), odoo.filestore(name))
    remove(odoo.filestore(part))
    odoo.cluster.rename(part, name)


def drop_plain(odoo: Odoo) -> None:
    """Drop older plain templates, and what an interruption left of one."""
    for name in odoo.cluster.databases():
        if name.startswith(("plain_", "part_plain_")):
            drop(odoo, name)


def copy_filestore(source: Path, target: Path) -> None:
    """Copy by hard links: Odoo never writes into a file that is there."""
    remove(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        try:
            shutil.copytree(source, target, copy_function=_link)
        except OSError as error:
            raise SetupError(f"The filestore could not be copied: {error}.") from None


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def copy(odoo: Odoo, source: str, target: str) -> None:
    """A new database from a template, with its filestore."""
    odoo.cluster.create(target, template=source)
    copy_filestore(odoo.filestore(source), odoo.filestore(target))


def drop(odoo: Odoo, name: str) -> None:
    odoo.cluster.drop(name)
    remove(odoo.filestore(name))


def addon_files() -> Iterator[Path]:
    for path in ADDON.rglob("*"):
        relative = path.relative_to(ADDON).as_posix()
        if "__pycache__" in relative or not path.is_file():
            continue
        if not relative.startswith(tuple(f"{name}/" for name in WITHOUT_EFFECT)):
            yield path


def addon_hashes() -> tuple[str, str]:
    """Hash of what an installation reads, and of what goes into the assets."""
    files = list(addon_files())
    static = [path for path in files if path.relative_to(ADDON).parts[0] == "static"]
    rest = sorted(set(files) - set(static))
    return tree_digest(ADDON, rest), tree_digest(ADDON, static)


def require_addon() -> None:
    if not (ADDON / "__manifest__.py").is_file():
        raise SetupError(f"There is no addon at {ADDON} (no __manifest__.py).")


def ensure_addon(odoo: Odoo, plain: str) -> str:
    """The name of the addon template for the files as they are now."""
    require_addon()
    rest, static = addon_hashes()
    kin = f"addon_{digest(plain, rest, PREGENERATE_ADDON)[:10]}"
    name = f"{kin}_{static[:10]}"
    databases = odoo.cluster.databases()
    label = "Addon template (installed, assets generated)"
    if name in databases:
        cached(label)
        return name
    part = f"part_{name}"
    with timed(label):
        relatives = [other for other in databases if other.startswith(f"{kin}_")]
        if relatives:
            copy(odoo, relatives[0], part)
        else:
            copy(odoo, plain, part)
            install(odoo, part)
        pregenerate(odoo, part)
        copy_filestore(odoo.filestore(part), odoo.filestore(name))
        remove(odoo.filestore(part))
        odoo.cluster.rename(part, name)
    prune(odoo, name)
    return name


def pregenerate(odoo: Odoo, database: str) -> None:
    """Generate the assets that the addon adds to or brings."""
    script = PREGENERATE_ADDON
    odoo.shell("Generating the addon's assets", database, script, log="addon")


def install(odoo: Odoo, database: str, option: str = "-i") -> None:
    """Install the addon, or update it with the option -u."""
    what = f"Installing {ADDON_NAME}"
    try:
        text = odoo.server_once(what, database, option, ADDON_NAME, log="addon")
    except CommandFailed as error:
        text = f"{what} failed (log: {log_dir() / 'addon.log'}).\n"
        raise SetupError(text + excerpt(error.output)) from None
    # Odoo ends with 0 also when a module could not be loaded.
    if "invalid module names, ignored" in text or "Some modules are not loaded" in text:
        raise SetupError(f"Odoo could not load {ADDON_NAME}.\n{excerpt(text)}")


def excerpt(log: str) -> str:
    """The last traceback or error of a log of Odoo, for whoever edits the addon now."""
    lines = log.splitlines()
    starts = [
        number
        for number, line in enumerate(lines)
        if line.startswith("Traceback") or re.search(r" (ERROR|CRITICAL) \S+ ", line)
    ]
    if not starts:
        return "\n".join(lines[-15:])
    found = lines[starts[-1] : starts[-1] + 1]
    for line in lines[starts[-1] + 1 :]:
        if re.match(r"\d{4}-\d\d-\d\d ", line):
            break
        found.append(line)
    # Python underlines the failing expression: long, and of no use here.
    found = [line for line in found if line.strip(" ^~")]
    return "\n".join(found[:1] + found[-25:] if len(found) > 26 else found)


def prune(odoo: Odoo, newest: str) -> None:
    """Drop all but the last few addon templates (by age of their database)."""
    rows = odoo.cluster.sql("SELECT datname FROM pg_database ORDER BY oid DESC")
    templates = [name for name in rows if name.startswith("addon_") and name != newest]
    for name in templates[KEPT_ADDON_TEMPLATES - 1 :]:
        drop(odoo, name)
    for name in rows:
        if name.startswith("part_addon_"):
            drop(odoo, name)
