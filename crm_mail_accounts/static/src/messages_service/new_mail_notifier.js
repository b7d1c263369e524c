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
 *
 * @typedef {{folder: import("./mail_client_store").Folder, count: number}} News
 */
const loudOf = (folder) => folder.unread - (folder.quiet || 0);

export class NewMailNotifier {
    /**
     * @param {import("./news_service").NewsService} client
     * @param {object} services
     */
    constructor(client, {multi_tab: tabs, title}) {
        this.client = client;
        this.store = client.store;
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
        const news = this.store.folders
            .filter((folder) => this.isFresh(folder))
            .map((folder) => ({
                folder,
                count: loudOf(folder) - this.counted.get(folder.id),
            }));
        if (news.length) {
            this.tell(news);
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

    /** @param {News[]} news */
    async tell(news) {
        if (!(await this.tabs.isOnMainTab())) {
            return;
        }
        const {layout} = this.store;
        const {Notification} = browser;
        if (layout.notify && Notification && Notification.permission === "granted") {
            const {title, body, onClick} = await this.words(news);
            const shown = new Notification(title, {
                body,
                icon: url("/crm_mail_accounts/static/description/icon.png"),
                tag: "crm_mail_accounts",
            });
            shown.onclick = () => {
                window.focus();
                shown.close();
                onClick();
            };
        }
        if (layout.sound) {
            this.play();
        }
    }

    /**
     * One mail is named, to its owner alone: whoever reads along in a colleague's mailbox
     * has not asked for its mails on their desktop. Of several the folders are told.
     *
     * @param {News[]} news
     * @returns {Promise<{title: string, body: string, onClick: Function}>}
     */
    async words(news) {
        const [{folder, count}] = news;
        const lines = news.map((each) => this.line(each));
        const isOne = news.length === 1 && count === 1;
        const mail =
            isOne &&
            this.store.isOwn(folder.account_id) &&
            (await this.client.newestUnread(folder.id));
        if (!mail) {
            return {
                title: _t("New mail"),
                body: lines.join("\n"),
                onClick: () => this.client.show(folder.id),
            };
        }
        const sender = mail.from && (mail.from.name || mail.from.email);
        return {
            title: sender || _t("(unknown sender)"),
            body: `${mail.subject || _t("(no subject)")}\n${lines[0]}`,
            onClick: () => this.client.show(folder.id, mail.id),
        };
    }

    /** @param {News} news */
    line({folder, count}) {
        const account = this.store.getAccount(folder.account_id);
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
