import {Component} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";

import {useMailClient} from "../../messages_service/use_mail_client";
import {AttachmentCard} from "../attachment_card/attachment_card";
import {fileSize} from "../attachment_card/file_size";

/** The files of a mail: one by one, all at once, or to a record that it is linked to. */
export class AttachmentBar extends Component {
    static template = "crm_mail_accounts.AttachmentBar";
    static components = {AttachmentCard, Dropdown, DropdownItem};
    static props = {message: Object};

    setup() {
        this.client = useMailClient().client;
    }

    get zipUrl() {
        return `/crm_mail_accounts/message/${this.props.message.id}/attachments.zip`;
    }

    get summary() {
        const {attachments} = this.props.message;
        const size = attachments.reduce((sum, file) => sum + file.size, 0);
        return attachments.length === 1
            ? _t("1 attachment, %s", fileSize(size))
            : _t("%(count)s attachments, %(size)s", {
                  count: attachments.length,
                  size: fileSize(size),
              });
    }

    /** @param {import("../../messages_service/mail_client_store").Link} link */
    save(link) {
        const {id, attachments} = this.props.message;
        const numbers = attachments.map(({number}) => number);
        return this.client.reading.saveAttachments(id, numbers, link);
    }
}
