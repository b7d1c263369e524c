"""Odoo itself: from the Debian package odoo-19 of unstable, unpacked, never installed.

Installing the package would pull unstable's Python into the machine. Unpacked it needs
three repairs: some files that Debian took out of it come from other packages, one that
no package has is replaced by a stub, and the partial copy of the addons that it ships
as `dist-packages/addons` (Python only, no views) is left out.

CRM_MAIL_ODOO_SOURCE uses a tree that the developer already has instead.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import sources
from .commands import clean_env, run
from .errors import SetupError
from .paths import dev_dir
from .steps import build_folder, digest, loudly, remove, say

PACKAGE = "odoo-19"
VERSION = "19.0.0+dfsg-1"
SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"

# From bookworm, not from unstable: Odoo needs Font Awesome 4.7, and newer suites have
# other file names and glyphs. Without jQuery even the login page is an error.
BORROWED_SUITE = "bookworm"
BORROWED = (
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# Bookworm lacks this one. Only layouts of reports show it, but no link may be broken.
BORROWED_SID = ("fonts-montserrat",)
LEFT_OUT = (
    "./usr/lib/python3/dist-packages/addons",
    "*/addons/l10n_*",
    "*/addons/test_*",
    "*/addons/website*",
    "*/addons/pos_*",
    "*/addons/point_of_sale*",
    "*/addons/hw_*",
    "*/addons/iot*",
    # every language but Italian
    "*/i18n/[!i]*.po",
    "*/i18n/i[!t]*.po",
    "*/i18n/it?*.po",
)
# Listed in the backend's assets but taken out by the packager: each page would log an
# error, which fails every browser test. It only blurs the background of video calls.
STRIPPED_JS = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class OdooTree:
    """An Odoo that can be run: what goes on PYTHONPATH and its addons folders."""

    pythonpath: Path
    addons: tuple[Path, ...]
    version: str


def ensure() -> OdooTree:
    """Odoo's source, fetched if need be."""
    own = os.environ.get("CRM_MAIL_ODOO_SOURCE")
    if own:
        tree = from_source(Path(own).expanduser().resolve())
        say(f"[     own] Odoo {tree.version} from CRM_MAIL_ODOO_SOURCE")
        return tree
    target = dev_dir() / "odoo"
    recipe = digest(PACKAGE, VERSION, BORROWED, BORROWED_SID, LEFT_OUT, STRIPPED_JS)
    build_folder(f"Odoo ({PACKAGE} {VERSION})", target, recipe, fetch)
    packages = target / "usr/lib/python3/dist-packages"
    version = (target / "version").read_text().strip()
    return OdooTree(packages, (packages / "odoo/addons",), version)


def from_source(folder: Path) -> OdooTree:
    """A checkout (with `odoo/` and `addons/`) or a folder of installed packages."""
    if not (folder / "odoo/release.py").is_file():
        raise SetupError(
            f"CRM_MAIL_ODOO_SOURCE={folder} is no Odoo source (no odoo/release.py)."
        )
    addons = [folder / "odoo/addons"]
    if (folder / "addons/crm").is_dir() and not (folder / "odoo/addons/crm").is_dir():
        addons.insert(0, folder / "addons")
    release = (folder / "odoo/release.py").read_text()
    numbers = re.search(r"version_info\s*=\s*\((\d+),\s*(\d+)", release)
    version = ".".join(numbers.groups()) if numbers else "?"
    if version != "19.0":
        raise SetupError(f"CRM_MAIL_ODOO_SOURCE holds Odoo {version}; 19.0 is needed.")
    return OdooTree(folder, tuple(addons), f"{version} {commit(folder)}".strip())


def commit(folder: Path) -> str:
    """The commit of a checkout: another one needs another template database."""
    if not (folder / ".git").exists():
        return ""
    command = ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def fetch(root: Path) -> None:
    """Download, unpack and repair Odoo below `root`."""
    source = sources.debian_source(sources.read_machine(), sources.machine_codename())
    if source is None:
        raise SetupError(
            "This machine's APT sources name no Debian archive to take Odoo from; "
            "set CRM_MAIL_ODOO_SOURCE to an Odoo 19.0 tree of your own."
        )
    apt = PrivateApt(dev_dir() / "apt", source)
    apt.update("sid", BORROWED_SUITE)
    package, version = download_odoo(apt)
    unpack(package, root, LEFT_OUT)
    names = [f"{name}/{BORROWED_SUITE}" for name in BORROWED]
    names += [f"{name}/sid" for name in BORROWED_SID]
    for borrowed in apt.download(*names):
        unpack(borrowed, root, ())
    packages = root / "usr/lib/python3/dist-packages"
    stub = packages / "odoo" / STRIPPED_JS
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("// taken out of the Debian package; see dev/setup\n")
    check_links(root)
    (root / "version").write_text(f"{version}\n")
    apt.forget()


def download_odoo(apt: PrivateApt) -> tuple[Path, str]:
    """The pinned package, else the newest 19.0 with a loud line."""
    try:
        package = apt.download(f"{PACKAGE}={VERSION}")[0]
    except SetupError as error:
        newest = apt.newest(PACKAGE, "19.0")
        if newest is None or newest == VERSION:
            raise SetupError(
                f"{error} Set CRM_MAIL_ODOO_SOURCE to an Odoo 19.0 tree of your own "
                "if the package is gone."
            ) from None
        loudly(
            f"{PACKAGE} {VERSION} is no longer in the archive: taking {newest}, "
            "which these tests have not been tried with."
        )
        return apt.download(f"{PACKAGE}={newest}")[0], newest
    if hashlib.sha256(package.read_bytes()).hexdigest() != SHA256:
        raise SetupError(f"{package.name} is not the file that was pinned (SHA-256).")
    return package, VERSION


def unpack(package: Path, root: Path, left_out: tuple[str, ...]) -> None:
    """Unpack a .deb below `root` without what matches `left_out`."""
    excludes = [f"--exclude={pattern}" for pattern in left_out]
    tar = ["tar", "-x", "-C", str(root), "--no-same-owner", *excludes]
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as deb:
        done = subprocess.run(tar, stdin=deb.stdout, capture_output=True, check=False)
        # tar may leave the padding at the end unread, so only its own word counts.
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip().splitlines()
        reason = message[-1] if message else "tar failed"
        raise SetupError(f"{package.name} could not be unpacked: {reason}")


def check_links(root: Path) -> None:
    """No link may lead nowhere: Odoo would fail much later and less clearly."""
    broken = [
        path for path in root.rglob("*") if path.is_symlink() if not path.exists()
    ]
    if broken:
        names = ", ".join(str(path.relative_to(root)) for path in broken[:5])
        raise SetupError(f"{len(broken)} links of Odoo's package lead nowhere: {names}")


class PrivateApt:
    """APT with sources, lists and cache of its own: the machine's are not touched."""

    def __init__(self, folder: Path, source: sources.Source) -> None:
        self.folder = folder
        self.source = source
        remove(folder)
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True)
        self.options = [
            f"-oDir::Etc::sourcelist={folder / 'private.sources'}",
            "-oDir::Etc::sourceparts=/dev/null",
            f"-oDir::State::lists={folder / 'lists'}",
            f"-oDir::Cache={folder / 'cache'}",
            "-oAcquire::Languages=none",
            "-oAPT::Sandbox::User=root",
            # else a registry that cannot be reached is only a warning
            "-oAPT::Update::Error-Mode=any",
        ]

    def update(self, *suites: str) -> None:
        text = "\n".join(self.source.paragraph(suite) for suite in suites)
        (self.folder / "private.sources").write_text(text)
        self._run("Reading the package lists of " + ", ".join(suites), "update")

    def download(self, *packages: str) -> list[Path]:
        """The files of these packages (`name=version` or `name/suite`)."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        what = f"Downloading {' '.join(packages)}"
        self._run(what, "download", *packages, cwd=folder)
        return sorted(folder.glob("*.deb"))

    def newest(self, package: str, prefix: str) -> str | None:
        """The newest version that begins with `prefix`."""
        command = ["apt-cache", *self.options, "madison", package]
        lines = run("Looking for Odoo", command, log="odoo-tree").splitlines()
        found = [line.split("|")[1].strip() for line in lines if line.count("|") == 2]
        return next((text for text in found if text.startswith(prefix)), None)

    def forget(self) -> None:
        """Drop the downloads: what is needed of them is unpacked."""
        remove(self.folder)

    def _run(self, what: str, *args: str, cwd: Path | None = None) -> None:
        command = ["apt-get", "-q", *self.options, *args]
        env = clean_env({"LC_ALL": "C"})
        run(what, command, log="odoo-tree", env=env, cwd=cwd)
