import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {fileSize} from "../attachment_card/file_size";

/** A file grows by a third on its way: mail carries letters, not bytes. */
const ON_THE_WAY = 4 / 3;
/** Share of what the server takes from which on it is told how much is left */
const TELL_FROM = 0.5;

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
        const limit = (sender && sender.max_size) || 0;
        const sizes = [...this.draft.attachments, ...this.draft.uploads];
        const total = sizes.reduce((sum, {size}) => sum + size, 0) * ON_THE_WAY;
        if (!limit || total < limit * TELL_FROM) {
            return null;
        }
        const values = {size: fileSize(total), limit: fileSize(limit)};
        const isTooMuch = total > limit;
        return {
            isTooMuch,
            text: isTooMuch
                ? _t(
                      "The files are too large: %(size)s on their way, and the mail server takes %(limit)s. Remove some, or send a link.",
                      values
                  )
                : _t("%(size)s of the %(limit)s that the mail server takes", values),
        };
    }

    removeLabel({filename}) {
        return _t("Remove %s", filename);
    }

    /** @param {{progress: number}} upload */
    percent({progress}) {
        return Math.round(progress * 100);
    }
}
