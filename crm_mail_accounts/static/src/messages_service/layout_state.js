/**
 * How the reader wants the screen to look, and to hear of new mail.
 *
 * The base of the store (`mail_client_store.js`).
 *
 * @typedef {{preview: boolean, threads: boolean, merge: boolean, density: "comfortable"|"compact", pane: "right"|"below"|"off", notify: boolean, sound: boolean, notify_folders: {[folderId: string]: boolean}}} Layout
 */

/** @returns {Layout} until the server has told */
export function usualLayout() {
    return {
        preview: true,
        threads: true,
        merge: true,
        density: "comfortable",
        pane: "right",
        notify: false,
        sound: false,
        notify_folders: {},
    };
}

export class LayoutState {
    constructor() {
        /** @type {Layout} */
        this.layout = usualLayout();
    }

    /** @param {Partial<Layout>} values */
    setLayout(values) {
        Object.assign(this.layout, values);
    }

    /**
     * Whether the reader wants to hear of new mail in a folder: in inboxes, where they
     * did not say otherwise.
     *
     * @param {{id: number, role: string}} folder
     */
    isNotified(folder) {
        return this.layout.notify_folders[folder.id] ?? folder.role === "inbox";
    }
}
