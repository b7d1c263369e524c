import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {fileSize} from "../attachment_card/file_size";
import {sizeNote} from "./size_note";

/** The files of a mail that is being written, and how far their uploads are. */
export class ComposeAttachments extends Component {
    static template = "crm_mail_accounts.ComposeAttachments";
    static props = {draft: Object};

    setup() {
        const {client, store} = useMailClient();
        this.uploads = client.compose.uploads;
        this.store = store;
        this.draft = useState(this.props.draft);
        this.fileSize = fileSize;
    }

    /** What stands in the text is not listed as well */
    get files() {
        return this.draft.attachments.filter(({cid}) => !cid);
    }

    get pending() {
        return this.draft.uploads.filter(({isInline, error}) => !isInline || error);
    }

    /** @returns {{text: string, isTooMuch: boolean}|null} when there is much */
    get total() {
        const sender = this.store.compose.senderOf(this.draft);
        const files = [...this.draft.attachments, ...this.draft.uploads];
        return sizeNote((sender && sender.max_size) || 0, files);
    }

    removeLabel({filename}) {
        return _t("Remove %s", filename);
    }

    /** @param {{progress: number}} upload */
    percent({progress}) {
        return Math.round(progress * 100);
    }
}
