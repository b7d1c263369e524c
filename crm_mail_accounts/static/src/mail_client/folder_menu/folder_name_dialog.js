import {Component, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {useAutofocus} from "@web/core/utils/hooks";

/**
 * Asks for the name of a folder, and stays until the mail server took it: what that
 * refuses is told here, beside what was typed.
 */
export class FolderNameDialog extends Component {
    static template = "crm_mail_accounts.FolderNameDialog";
    static components = {Dialog};
    static props = {
        title: String,
        name: {type: String, optional: true},
        confirmLabel: String,
        /** Asks the server; resolves to the answer of the service */
        save: Function,
        close: Function,
    };
    static defaultProps = {name: ""};

    setup() {
        this.state = useState({name: this.props.name, isSaving: false, error: ""});
        useAutofocus({selectAll: true});
    }

    get isReady() {
        return Boolean(this.state.name.trim()) && !this.state.isSaving;
    }

    async save() {
        const name = this.state.name.trim();
        if (!this.isReady) {
            return;
        }
        if (name === this.props.name) {
            this.props.close();
            return;
        }
        Object.assign(this.state, {isSaving: true, error: ""});
        const answer = await this.props.save(name);
        if (answer.failed) {
            Object.assign(this.state, {isSaving: false, error: answer.sentence});
        } else {
            this.props.close();
        }
    }
}
