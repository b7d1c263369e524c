import {Component, useState} from "@odoo/owl";

import {useMailClient} from "../../messages_service/use_mail_client";
import {longDate} from "../message_list/message_date";
import {ActionLine} from "./action_line";
import {ConditionLine} from "./condition_line";
import {matchChoices, newAction, newCondition} from "./filter_words";

let lastKey = 0;

/**
 * One filter, changed in place; it can be tried on the mails that are there.
 *
 * @typedef {import("../../messages_service/filter_actions").Trial} Trial
 */
export class FilterEditor extends Component {
    static template = "crm_mail_accounts.FilterEditor";
    static components = {ActionLine, ConditionLine};
    static props = {
        accountId: Number,
        /** Reactive: the dialog keeps it */
        filter: Object,
        namePlaceholder: {type: String, optional: true},
    };

    setup() {
        const {client} = useMailClient();
        this.filters = client.filters;
        this.filter = useState(this.props.filter);
        this.longDate = longDate;
        this.keys = new WeakMap();
        this.state = useState({
            /** @type {"none"|"running"|"done"|"error"} */
            trial: "none",
            error: "",
            /** @type {Trial|null} */
            found: null,
        });
    }

    get matches() {
        return matchChoices();
    }

    /**
     * A line keeps its place on the page when one above it goes.
     *
     * @param {object} line
     */
    keyOf(line) {
        if (!this.keys.has(line)) {
            this.keys.set(line, ++lastKey);
        }
        return this.keys.get(line);
    }

    setMatch(name) {
        this.filter.match = name;
        if (name !== "every" && !this.filter.conditions.length) {
            this.addCondition();
        }
    }

    addCondition() {
        this.filter.conditions.push(newCondition());
    }

    addAction() {
        this.filter.actions.push({...newAction(), kind: "flag"});
    }

    /**
     * @param {object[]} lines
     * @param {number} index
     */
    remove(lines, index) {
        lines.splice(index, 1);
    }

    async tryOut() {
        Object.assign(this.state, {trial: "running", error: ""});
        const {accountId} = this.props;
        const answer = await this.filters.tryOut(accountId, this.filter);
        if (answer.failed) {
            Object.assign(this.state, {
                trial: "error",
                error: answer.sentence,
                found: null,
            });
        } else {
            Object.assign(this.state, {trial: "done", found: answer.value});
        }
    }
}
