import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {
    getService,
    makeMockEnv,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {browser} from "@web/core/browser/browser";

import {
    defineMailClientModels,
    makeAccount,
    makeFolder,
    mockMailServer,
    mountMailClient,
} from "./mail_client_test_helpers";

describe.current.tags("desktop");
defineMailClientModels();

const ARCHIVE = 12;
const INBOX = 11;
const JUNK = 13;
let server = null;
/** What the reader sees and hears, in this order */
let told = [];
/** The last one that was shown */
let notification = null;
/** Whether this tab is the one of several that speaks */
let isMain = true;

beforeEach(() => {
    told = [];
    isMain = true;
    server = mockMailServer({
        accounts: [makeAccount(), makeAccount({id: 2, name: "Second"})],
        folders: [
            makeFolder(),
            makeFolder({id: INBOX, account_id: 2, unread: 5}),
            makeFolder({id: ARCHIVE, account_id: 2, name: "Archive", role: "archive"}),
            makeFolder({id: JUNK, account_id: 2, name: "Spam", role: "junk"}),
        ],
    });
    patchWithCleanup(browser, {
        Notification: class {
            static permission = "granted";
            constructor(title, {body}) {
                told.push(`${title}: ${body}`);
                notification = this;
            }
            close() {
                told.push("closed");
            }
        },
        Audio: class {
            canPlayType(type) {
                return type.startsWith("audio/ogg") ? "probably" : "";
            }
            play() {
                told.push(`sound ${this.src.split("/").at(-1)}`);
                return Promise.reject(new DOMException("", "NotAllowedError"));
            }
        },
    });
});

async function start(layout) {
    Object.assign(server.layout, layout);
    await mountMailClient({});
    getService("crm_mail_client").notifier.tabs = {isOnMainTab: async () => isMain};
    await animationFrame();
}

/** So many unread mails more in a folder, as the next look tells */
async function arrive(folderId, count = 1) {
    server.folders.find(({id}) => id === folderId).unread += count;
    await getService("crm_mail_client").look();
    await animationFrame();
}

test("new mail in an inbox is shown on the desktop and heard", async () => {
    await start({notify: true, sound: true});
    await arrive(INBOX);
    expect(told).toEqual([
        "New mail: 1 new message in Inbox of Second",
        "sound new-message.ogg",
    ]);
    await arrive(INBOX, 3);
    expect(told[2]).toBe("New mail: 3 new messages in Inbox of Second");
});

test("one mail is named, and a click opens it", async () => {
    server.newest = (folderId) => ({
        id: folderId === INBOX ? 2 : 0,
        from: {name: "Giulia", email: "giulia@ferrari.test"},
        subject: "Chairs",
    });
    await start({notify: true});
    await arrive(INBOX);
    expect(told).toEqual(["Giulia: Chairs\n1 new message in Inbox of Second"]);
    notification.onclick();
    await animationFrame();
    const {store} = getService("crm_mail_client");
    expect(told[1]).toBe("closed");
    expect(store.openId).toBe(2);
    expect(store.openFolders.map(({id}) => id)).toInclude(INBOX);
    await arrive(INBOX, 2);
    expect(told[2]).toBe("New mail: 2 new messages in Inbox of Second");
});

test("a click on the news of several opens their folder", async () => {
    await start({notify: true, notify_folders: {[ARCHIVE]: true}});
    await arrive(ARCHIVE, 2);
    notification.onclick();
    await animationFrame();
    expect(getService("crm_mail_client").store.placeId).toBe(ARCHIVE);
});

test("mails without a sender or a subject are named too", async () => {
    server.newest = {id: 2, from: false, subject: ""};
    await start({notify: true});
    await arrive(INBOX);
    expect(told).toEqual([
        "(unknown sender): (no subject)\n1 new message in Inbox of Second",
    ]);
});

test("mails of a colleague's mailbox are not named", async () => {
    server.accounts[1].owner = "Marco";
    server.newest = {id: 2, from: {name: "Giulia", email: ""}, subject: "Secret"};
    await start({notify: true});
    await arrive(INBOX);
    expect(told).toEqual(["New mail: 1 new message in Inbox of Second"]);
    expect(server.calls).not.toInclude("newest_unread");
});

test("notification and sound are two choices", async () => {
    await start({notify: true, sound: false});
    await arrive(INBOX);
    expect(told).toEqual(["New mail: 1 new message in Inbox of Second"]);
    getService("crm_mail_client").onLayout({
        ...server.layout,
        notify: false,
        sound: true,
    });
    await arrive(INBOX);
    expect(told.slice(1)).toEqual(["sound new-message.ogg"]);
    getService("crm_mail_client").onLayout({
        ...server.layout,
        notify: false,
        sound: false,
    });
    await arrive(INBOX);
    expect(told).toHaveLength(2);
});

test("of which folders is chosen one by one", async () => {
    await start({notify: true, notify_folders: {[ARCHIVE]: true, [INBOX]: false}});
    await arrive(INBOX);
    await arrive(JUNK);
    expect(told).toEqual([]);
    await arrive(ARCHIVE, 2);
    expect(told).toEqual(["New mail: 2 new messages in Archive of Second"]);
});

test("without the browser's permission there is the sound alone", async () => {
    browser.Notification.permission = "denied";
    await start({notify: true, sound: true});
    await arrive(INBOX);
    expect(told).toEqual(["sound new-message.ogg"]);
});

test("mail that is read, kept quiet or was there before is no news", async () => {
    await start({notify: true, sound: true});
    await arrive(INBOX, 0);
    await arrive(INBOX, -2);
    server.folders.find(({id}) => id === INBOX).quiet = 1;
    await arrive(INBOX, 1);
    expect(told).toEqual([]);
});

test("only one of several tabs tells", async () => {
    isMain = false;
    await start({notify: true, sound: true});
    await arrive(INBOX);
    expect(told).toEqual([]);
});

test("a page that shows no mail tells of it too", async () => {
    server.layout.notify = true;
    await makeMockEnv();
    await getService("crm_mail_client").loadQuietly();
    getService("crm_mail_client").notifier.tabs = {isOnMainTab: async () => true};
    await arrive(INBOX);
    expect(told).toEqual(["New mail: 1 new message in Inbox of Second"]);
});

test("the title counts what is unread, as long as that is wanted", async () => {
    server.unread = 5;
    await start({notify: true});
    expect(document.title).toMatch(/^\(5\)/);
    getService("crm_mail_client").onLayout({...server.layout, notify: false});
    expect(document.title).not.toMatch(/^\(/);
    getService("crm_mail_client").onLayout({...server.layout, notify: true});
    await arrive(INBOX);
    expect(document.title).toMatch(/^\(5\)/);
    server.unread = 0;
    await arrive(INBOX, 0);
    expect(document.title).not.toMatch(/^\(/);
});
