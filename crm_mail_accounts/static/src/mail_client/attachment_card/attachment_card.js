import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {fileSize} from "./file_size";

/** A file of a mail, to be downloaded. */
export class AttachmentCard extends Component {
    static template = "crm_mail_accounts.AttachmentCard";
    static props = {
        attachment: {
            type: Object,
            shape: {
                number: [Number, String],
                filename: String,
                content_type: String,
                size: Number,
                url: String,
                "*": true,
            },
        },
    };

    get name() {
        return this.props.attachment.filename || _t("Unnamed file");
    }

    get size() {
        return fileSize(this.props.attachment.size);
    }

    get label() {
        return _t("Download %(name)s, %(size)s", {name: this.name, size: this.size});
    }
}
