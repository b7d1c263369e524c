import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {useAutofocus} from "@web/core/utils/hooks";

import {isDarkTheme, pageAddress} from "../../messages_service/theme";

const PDF_VIEWER = "/web/static/lib/pdfjs/web/viewer.html";

/**
 * A file of a mail, to look at.
 *
 * A picture is an image of this page; a PDF is shown by the host's viewer; all the rest
 * is a page of the server in a frame like that of a mail.
 */
export class AttachmentDialog extends Component {
    static template = "crm_mail_accounts.AttachmentDialog";
    static components = {Dialog};
    static props = {
        name: String,
        kind: String,
        viewUrl: String,
        downloadUrl: String,
        close: Function,
    };

    setup() {
        this.state = useState({isBroken: false});
        this.isDark = isDarkTheme();
        // Else the host gives the focus to the frame, which keeps the escape key.
        useAutofocus({refName: "close", mobile: true});
    }

    get pdfUrl() {
        return `${PDF_VIEWER}?file=${encodeURIComponent(this.props.viewUrl)}#pagemode=none`;
    }

    /** The viewer takes the focus, and keys that are pressed in a frame stay there. */
    onViewerLoad(ev) {
        ev.target.contentWindow.addEventListener("keydown", (key) => {
            // the viewer's own search bar is shut by the same key
            if (key.key === "Escape" && !key.defaultPrevented) {
                this.props.close();
            }
        });
    }

    get pageUrl() {
        return pageAddress(this.props.viewUrl);
    }

    get frameTitle() {
        return _t("Content of %s", this.props.name);
    }
}
