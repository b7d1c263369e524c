import {_t} from "@web/core/l10n/translation";
import {formatInteger} from "@web/views/fields/formatters";

import {specialOf} from "../../messages_service/places";

/** The server counts what was searched for up to here */
const COUNTED = 1000;
/** The part of the first index behind which its end is near */
const ALMOST = 0.95;

/** What the list says of itself: how many mails there are, or why there are none. */
export class ListText {
    /** @param {import("../../messages_service/mail_client_store").MailClientStore} store */
    constructor(store) {
        this.store = store;
    }

    /** Mails in the folder, as far as that is known */
    get count() {
        const {status, total, rows} = this.store.list;
        const count = Math.max(total, rows.length);
        if (status !== "ready" || !count) {
            return "";
        }
        if (this.store.isSearching && count >= COUNTED) {
            return _t("more than %s messages", formatInteger(COUNTED));
        }
        return count === 1 ? _t("1 message") : _t("%s messages", formatInteger(count));
    }

    /** @returns {{text: string, percent: number}|null} */
    get progress() {
        const {account} = this.store;
        if (!account || !account.progress.running) {
            return null;
        }
        const {indexed, total, exact} = account.progress;
        if (!total) {
            return {text: _t("Looking at the mailbox…"), percent: 0};
        }
        const numbers = {
            indexed: formatInteger(indexed),
            total: formatInteger(total),
        };
        let text = "";
        if (exact === false) {
            text = _t("Indexing: %(indexed)s of at least %(total)s", numbers);
        } else if (indexed >= ALMOST * total) {
            text = _t("Almost done: %(indexed)s of %(total)s", numbers);
        } else {
            text = _t("Indexing: %(indexed)s of %(total)s", numbers);
        }
        return {
            text,
            percent: Math.min(100, Math.round((indexed / total) * 100)),
        };
    }

    /** Why the open folder is not followed @returns {string} */
    get problem() {
        return this.store.folder?.problem || "";
    }

    /** How many mails of the open folder could not be read @returns {string} */
    get unreadable() {
        const count = this.store.folder?.unreadable;
        if (!count) {
            return "";
        }
        return count === 1
            ? _t("1 message could not be read from the mail server.")
            : _t(
                  "%s messages could not be read from the mail server.",
                  formatInteger(count)
              );
    }

    get empty() {
        const {folder, account} = this.store;
        if (this.store.isSearching) {
            return _t("Nothing found in what is known here.");
        }
        if (folder && !folder.monitored) {
            return _t(
                "This folder is not indexed: its mails also lie in other folders."
            );
        }
        const special = specialOf(this.store.placeId);
        if (special) {
            return this.emptySpecial(special);
        }
        if (account && account.progress.running) {
            return _t("The first mails will appear in a moment.");
        }
        return _t("Nothing here.");
    }

    /** What would stand in a special folder that is empty */
    emptySpecial(special) {
        const texts = {
            flagged: _t("Mails with a star, of all folders, appear here."),
            imported: _t(
                "Mails that are kept for a record appear here, when they are in none of your mailboxes."
            ),
            shared: _t("Mails that colleagues share with you appear here."),
        };
        return texts[special] || "";
    }

    get selection() {
        const {size} = this.store.selected;
        return size === 1 ? _t("1 selected") : _t("%s selected", formatInteger(size));
    }
}
