import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {url} from "@web/core/utils/urls";

import {folderName} from "./folder_name";

/**
 * Tells of new mail where nobody is looking: a notification of the desktop and a
 * sound, by choice and by folder, from one tab only; and the number before the title of
 * every tab.
 *
 * New is what raises the unread count of a folder that was counted before; while a
 * mailbox is being filled nothing is new. Mails that a filter keeps quiet do not count,
 * nor do those that no filter has looked at yet.
 */
const loudOf = (folder) => folder.unread - (folder.quiet || 0);

export class NewMailNotifier {
    /**
     * @param {import("./mail_client_store").MailClientStore} store
     * @param {object} services
     */
    constructor(store, {multi_tab: tabs, title}) {
        this.store = store;
        this.tabs = tabs;
        this.title = title;
        /** @type {Map<number, number>} */
        this.counted = new Map();
        this.audio = null;
    }

    /** Notes what was unread, before the server's counts are taken over. */
    before() {
        this.counted = new Map(
            this.store.folders.map((folder) => [folder.id, loudOf(folder)])
        );
    }

    /** The number before the title of this tab */
    count() {
        const {layout, unread} = this.store;
        this.title.setCounters({crm_mail: layout.notify ? unread : 0});
    }

    /** Tells of what the server counts more than was noted. */
    after() {
        const {layout} = this.store;
        this.count();
        if (!layout.notify && !layout.sound) {
            return;
        }
        const fresh = this.store.folders.filter((folder) => this.isFresh(folder));
        if (fresh.length) {
            this.tell(fresh);
        }
    }

    /** @param {import("./mail_client_store").Folder} folder */
    isFresh(folder) {
        const account = this.store.getAccount(folder.account_id);
        return (
            this.counted.has(folder.id) &&
            loudOf(folder) > this.counted.get(folder.id) &&
            this.store.isNotified(folder) &&
            Boolean(account) &&
            !account.progress.running
        );
    }

    /** @param {import("./mail_client_store").Folder[]} folders */
    async tell(folders) {
        if (!(await this.tabs.isOnMainTab())) {
            return;
        }
        const {layout} = this.store;
        const Notification = browser.Notification;
        if (layout.notify && Notification && Notification.permission === "granted") {
            const lines = folders.map((folder) => this.line(folder));
            const shown = new Notification(_t("New mail"), {
                body: lines.join("\n"),
                icon: url("/crm_mail_accounts/static/description/icon.png"),
                tag: "crm_mail_accounts",
            });
            shown.onclick = () => {
                window.focus();
                shown.close();
            };
        }
        if (layout.sound) {
            this.play();
        }
    }

    /** @param {import("./mail_client_store").Folder} folder */
    line(folder) {
        const account = this.store.getAccount(folder.account_id);
        const count = loudOf(folder) - this.counted.get(folder.id);
        const values = {count, folder: folderName(folder), account: account.name};
        return count === 1
            ? _t("1 new message in %(folder)s of %(account)s", values)
            : _t("%(count)s new messages in %(folder)s of %(account)s", values);
    }

    play() {
        if (typeof browser.Audio === "undefined") {
            return;
        }
        if (!this.audio) {
            this.audio = new browser.Audio();
            const isOgg = this.audio.canPlayType("audio/ogg; codecs=vorbis");
            const extension = isOgg ? "ogg" : "mp3";
            this.audio.src = url(`/mail/static/src/audio/new-message.${extension}`);
        }
        // A browser plays nothing before the page was touched; that is no error.
        Promise.resolve(this.audio.play()).catch(() => undefined);
    }
}
