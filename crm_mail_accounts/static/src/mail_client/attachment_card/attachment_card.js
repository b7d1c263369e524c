import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";

import {AttachmentDialog} from "../attachment_dialog/attachment_dialog";
import {fileSize} from "./file_size";

/** A file of a mail: to look at where that is possible, and to download. */
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
                /** "" for what can only be downloaded */
                preview: {type: String, optional: true},
                "*": true,
            },
        },
    };

    setup() {
        this.dialog = useService("dialog");
    }

    get name() {
        return this.props.attachment.filename || _t("Unnamed file");
    }

    get size() {
        return fileSize(this.props.attachment.size);
    }

    get downloadLabel() {
        return _t("Download %(name)s, %(size)s", {name: this.name, size: this.size});
    }

    show() {
        const {preview, url} = this.props.attachment;
        this.dialog.add(AttachmentDialog, {
            name: this.name,
            kind: preview,
            viewUrl: `${url}/view`,
            downloadUrl: url,
        });
    }
}
