import {Component, onWillStart, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {visibilities, visibilityText} from "../link_list/link_words";

/** What colleagues on a record see at most of a conversation. */
export class VisibilityDialog extends Component {
    static template = "crm_mail_accounts.VisibilityDialog";
    static components = {Dialog};
    static props = {
        messageId: Number,
        close: Function,
    };

    setup() {
        this.client = useMailClient().client;
        this.state = useState({
            visibility: false,
            account: "all",
            links: 0,
            error: "",
            isSaving: false,
        });
        onWillStart(async () => {
            const answer = await this.client.links.visibility(this.props.messageId);
            Object.assign(
                this.state,
                answer.failed ? {error: answer.sentence} : answer.value
            );
        });
    }

    /** @returns {{value: string|false, label: string}[]} */
    get choices() {
        const usual = visibilityText(this.state.account);
        return [
            {value: false, label: _t("As the mailbox says: %s", usual)},
            ...visibilities(),
        ];
    }

    get linksText() {
        const {links} = this.state;
        return links === 1
            ? _t("1 link shows a message of it on a record.")
            : _t("%s links show messages of it on records.", links);
    }

    async save() {
        this.state.isSaving = true;
        const {messageId, close} = this.props;
        const answer = await this.client.links.setVisibility(
            messageId,
            this.state.visibility
        );
        if (answer.failed) {
            Object.assign(this.state, {error: answer.sentence, isSaving: false});
        } else {
            close();
        }
    }
}
