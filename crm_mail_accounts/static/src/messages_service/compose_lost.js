import {_t} from "@web/core/l10n/translation";

/**
 * What a tab that is no more had not brought to the server.
 *
 * @typedef {import("./compose_actions").ComposeActions} ComposeActions
 * @typedef {import("./compose_backup").Backup} Backup
 */
export class ComposeLost {
    /** @param {ComposeActions} compose */
    constructor(compose) {
        this.compose = compose;
        this.client = compose.client;
        this.backup = compose.backup;
        this.hasLooked = false;
    }

    get state() {
        return this.client.store.compose;
    }

    /** Offers what a tab that is no more has left behind; looks only once. */
    async offer() {
        if (this.hasLooked) {
            return;
        }
        this.hasLooked = true;
        const lost = await this.backup.findLost();
        this.backup.live();
        for (const {key, backup} of lost) {
            this.offerOne(key, backup);
        }
    }

    /**
     * @param {string} lostKey
     * @param {Backup} backup
     */
    offerOne(lostKey, backup) {
        const {subject, to} = backup.values;
        const name = subject || to.map(({email}) => email).join(", ");
        const text = name
            ? _t("You were writing a message: “%s”.", name)
            : _t("You were writing a message.");
        const close = this.client.notification.add(text, {
            type: "warning",
            sticky: true,
            buttons: [
                {
                    name: _t("Continue"),
                    primary: true,
                    onClick: () => {
                        close();
                        this.restore(lostKey, backup);
                    },
                },
                {
                    name: _t("Discard"),
                    onClick: () => {
                        close();
                        this.backup.forgetLost(lostKey);
                        if (backup.id) {
                            this.client.ask("compose_discard", [backup.id]);
                        }
                    },
                },
            ],
        });
    }

    /**
     * Opens what was left behind. The server's version number goes with it: when the
     * mail was changed elsewhere since, the next save tells so.
     *
     * @param {string} lostKey
     * @param {Backup} backup
     */
    restore(lostKey, backup) {
        const {id, version, values, senders, attachments, record} = backup;
        const {key} = this.state.add("open");
        this.compose.fill(key, {
            ...values,
            id,
            version,
            senders,
            attachments,
            record,
            state: "draft",
            send_at: false,
            error: "",
        });
        this.compose.change(key, {});
        this.backup.forgetLost(lostKey);
    }
}
