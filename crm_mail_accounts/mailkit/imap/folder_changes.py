"""Making, renaming and deleting folders (RFC 9051 6.3.4 to 6.3.8).

Each may be repeated after its answer was lost: what is there already, or gone
already, is success.  A deleted folder takes its mail along; the caller has asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidArgument, MailError, ServerRefused
from ..values import ServerFolder
from .namespace import NamespaceSession
from .verify import VerifyingSession


@dataclass(frozen=True)
class Renamed:
    """Old raw names to new ones: the folder and all that lay in it."""

    names: dict[str, str]


class FolderSession(NamespaceSession, VerifyingSession):
    """A session that can also change folders."""

    def make_folder(self, raw: str, *, subscribe: bool = True) -> bool:
        """CREATE and SUBSCRIBE; ``False`` when it was there already.

        :raises ServerRefused: ``not_permitted``, ``mailbox_full``, ``server_refused``
        """
        made = True
        try:
            self.create_folder(raw)
        except MailError as err:
            # not every server has a word for it, so the list decides
            if not err.connection_usable or not self._is_there(raw):
                raise
            made = False
        if subscribe:
            self._try_subscribe(raw, True)
        return made

    def move_folder(self, raw: str, new_raw: str) -> Renamed:
        """RENAME with everything in it; subscriptions go along, which servers leave
        behind (RFC 9051 6.3.6 says nothing of them).

        :raises InvalidArgument: ``folder_is_inbox``: RENAME INBOX would move its
            mail away and leave the inbox empty
        :raises ServerRefused: ``folder_exists``, ``folder_missing``
        """
        if "INBOX" in (raw.upper(), new_raw.upper()):
            raise InvalidArgument("INBOX cannot be renamed", code="folder_is_inbox")
        folders = {folder.raw: folder for folder in self.list_folders()}
        delimiter = _delimiter(folders.get(raw) or folders.get(new_raw), folders)
        below = f"{raw}{delimiter}" if delimiter else None
        names = {
            name: new_raw + name[len(raw) :]
            for name in folders
            if name == raw or (below and name.startswith(below))
        }
        if not names and new_raw in folders:
            return self._renamed_before(raw, new_raw, delimiter, folders)
        if new_raw in folders:
            # Dovecot lists its automatic folders before it makes them, and would
            # let another one take their place
            raise ServerRefused(
                "the new name is taken",
                response_code="ALREADYEXISTS",
                code="folder_exists",
            )
        with self._telling_missing(raw):
            self.rename_folder(raw, new_raw)
        for name, new_name in names.items():
            if folders[name].subscribed:
                self._try_subscribe(new_name, True)
                self._try_subscribe(name, False)
        return Renamed({raw: new_raw, **names})

    def _renamed_before(self, raw, new_raw, delimiter, folders) -> Renamed:
        """The answer to an earlier try was lost."""
        below = f"{new_raw}{delimiter}" if delimiter else None
        names = {
            raw + name[len(new_raw) :]: name
            for name in folders
            if name == new_raw or (below and name.startswith(below))
        }
        for name, new_name in names.items():
            if not folders[new_name].subscribed:
                self._try_subscribe(new_name, True)
                self._try_subscribe(name, False)
        return Renamed(names)

    def remove_folder(self, raw: str, *, with_children: bool = False) -> list[str]:
        """DELETE, the deepest folder first; returns the raw names that are gone now,
        none when it was gone before.

        :raises InvalidArgument: ``folder_is_inbox``
        :raises ServerRefused: ``folder_has_children`` unless ``with_children``;
            nothing has been deleted then
        """
        if raw.upper() == "INBOX":
            raise InvalidArgument("INBOX cannot be deleted", code="folder_is_inbox")
        folders = {folder.raw: folder for folder in self.list_folders()}
        delimiter = _delimiter(folders.get(raw), folders)
        children = [
            name
            for name in folders
            if delimiter and name.startswith(f"{raw}{delimiter}")
        ]
        if children and not with_children:
            raise ServerRefused(
                f"{len(children)} folders in it",
                response_code="HASCHILDREN",
                code="folder_has_children",
            )
        gone = []
        for name in sorted(children, key=len, reverse=True) + [raw]:
            if self._delete(name, folders.get(name)):
                gone.append(name)
            self._try_subscribe(name, False)
        return gone

    def _delete(self, raw: str, known: ServerFolder | None) -> bool:
        """Whether it was there.  A level of names that is no folder of its own cannot
        be deleted on some servers, and stays in the list as long as they like."""
        try:
            self.delete_folder(raw)
        except MailError as err:
            if not err.connection_usable:
                raise
            if err.code != "folder_missing" and self._is_there(raw):
                raise
            return known is not None and not known.selectable
        return True

    def _is_there(self, raw: str) -> bool:
        """As a folder that can be opened."""
        return any(
            folder.raw == raw and folder.selectable for folder in self.list_folders()
        )

    def _try_subscribe(self, raw: str, subscribed: bool) -> None:
        """Subscriptions are a convenience; servers without them refuse."""
        try:
            self.subscribe(raw, subscribed)
        except MailError as err:
            if not err.connection_usable:
                raise
            self.dropped["subscribe"] += 1


def _delimiter(
    folder: ServerFolder | None, folders: dict[str, ServerFolder]
) -> str | None:
    if folder is not None:
        return folder.delimiter
    return next((one.delimiter for one in folders.values() if one.delimiter), None)
