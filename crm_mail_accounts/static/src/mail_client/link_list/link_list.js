import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {useLinkDialog} from "../link_dialog/link_dialog";
import {audienceText, contentText} from "./link_words";

/** The records that the open mail is linked to: why, what they show of it, and to whom. */
export class LinkList extends Component {
    static template = "crm_mail_accounts.LinkList";
    static props = {links: Array};

    setup() {
        const {client, store} = useMailClient();
        this.client = client;
        this.store = store;
        this.openDialog = useLinkDialog();
        this.audienceText = audienceText;
        this.contentText = contentText;
        this.state = useState({
            /** Links that wait for the server's answer */
            unlinking: {},
            /** @type {{[linkId: number]: import("../../messages_service/link_actions").Audience|false}} */
            audiences: {},
        });
    }

    /** @param {import("../../messages_service/mail_client_store").Link} link */
    unlinkLabel({name}) {
        return _t("Remove the link to %s", name);
    }

    /** @param {import("../../messages_service/mail_client_store").Link} link */
    audienceLabel({name}) {
        return _t("Who can read it on %s?", name);
    }

    get mayLink() {
        return Boolean(this.store.openId) && this.store.mayLink;
    }

    /** @param {import("../../messages_service/mail_client_store").Link} link */
    async unlink(link) {
        this.state.unlinking[link.id] = true;
        await this.client.links.unlink(link);
        delete this.state.unlinking[link.id];
    }

    /** @param {import("../../messages_service/mail_client_store").Link} link */
    async toggleAudience(link) {
        const {audiences} = this.state;
        if (link.id in audiences) {
            delete audiences[link.id];
        } else {
            audiences[link.id] = await this.client.links.audience(
                link.model,
                link.res_id
            );
        }
    }
}
