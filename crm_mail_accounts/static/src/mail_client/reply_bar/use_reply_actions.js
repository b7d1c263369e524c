import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";

/**
 * The ways to answer a mail, in one place for the reading pane, the menus and the keys.
 *
 * @typedef {import("../../messages_service/mail_client_store").Row} Row
 * @typedef {import("../../messages_service/compose_actions").ComposeKind} ComposeKind
 * @typedef {{name: ComposeKind, label: string, icon: string, key: string, run: () => void}} ReplyAction
 */
export class ReplyActionList {
    /** @param {import("../../messages_service/mail_client_service").MailClientService} client */
    constructor(client) {
        this.compose = client.compose;
    }

    /**
     * @param {Row[]} rows
     * @returns {ReplyAction[]} none but for a single mail that can be read
     */
    for(rows) {
        const [row] = rows;
        if (rows.length !== 1 || row.unreadable) {
            return [];
        }
        const action = (name, icon, key, label) => ({
            name,
            icon,
            key,
            label,
            run: () => this.compose.start(name, row.id),
        });
        return [
            action("reply", "fa-reply", "r", _t("Reply")),
            action("reply_all", "fa-reply-all", "a", _t("Reply to all")),
            action("forward", "fa-share", "f", _t("Forward")),
            action(
                "forward_attachment",
                "fa-paperclip",
                "",
                _t("Forward as attachment")
            ),
            action("edit_as_new", "fa-pencil", "", _t("Edit as new")),
        ];
    }

    /**
     * @param {ComposeKind} name
     * @param {Row[]} rows
     */
    run(name, rows) {
        const action = this.for(rows).find((candidate) => candidate.name === name);
        if (action) {
            action.run();
        }
    }
}

/** @returns {ReplyActionList} */
export function useReplyActions() {
    return new ReplyActionList(useMailClient().client);
}
