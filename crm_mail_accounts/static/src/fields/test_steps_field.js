import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * The result of a connection test, step by step, as the set-up assistant shows it.
 *
 * @typedef {{server: "imap"|"smtp"|"pop3", name: string, label: string, ok: boolean, seconds: number, detail: string, message: string, hint: string}} TestStep
 */
export class TestStepsField extends Component {
    static template = "crm_mail_accounts.TestStepsField";
    static props = {...standardFieldProps};

    /** @returns {TestStep[]} */
    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    /** The steps by server, in the order in which they were taken. */
    get groups() {
        const titles = {
            imap: _t("Incoming mail (IMAP)"),
            smtp: _t("Outgoing mail (SMTP)"),
            pop3: _t("POP3 mailbox"),
        };
        const groups = new Map();
        for (const step of this.steps) {
            if (!groups.has(step.server)) {
                groups.set(step.server, {
                    server: step.server,
                    title: titles[step.server] || step.server,
                    steps: [],
                });
            }
            groups.get(step.server).steps.push(step);
        }
        return [...groups.values()];
    }

    /** One sentence for those who listen instead of look. */
    get summary() {
        if (!this.steps.length) {
            return "";
        }
        const failed = this.steps.filter((step) => !step.ok);
        return failed.length
            ? _t("The test failed: %s", failed[0].message || failed[0].label)
            : _t("Every step of the test succeeded.");
    }

    /** @param {TestStep} step */
    duration(step) {
        return _t("%s ms", Math.max(1, Math.round((step.seconds || 0) * 1000)));
    }
}

export const testStepsField = {
    component: TestStepsField,
    displayName: _t("Connection test"),
    supportedTypes: ["json"],
};

registry.category("fields").add("crm_mail_test_steps", testStepsField);
