import {Component, onWillStart, useRef, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";
import {useAutofocus} from "@web/core/utils/hooks";

import {useMailClient} from "../../messages_service/use_mail_client";

const STEPS = {ArrowDown: 1, ArrowUp: -1};

/** Who takes care of conversations: the colleagues who may act in their mailbox. */
export class AssignDialog extends Component {
    static template = "crm_mail_accounts.AssignDialog";
    static components = {Dialog};
    static props = {
        rows: {type: Array, element: Object},
        close: Function,
    };

    setup() {
        const {client} = useMailClient();
        this.client = client;
        this.list = useRef("list");
        this.state = useState({people: [], error: ""});
        useAutofocus();
        onWillStart(async () => {
            const answer = await client.team.candidates(this.props.rows);
            if (answer.failed) {
                this.state.error = answer.sentence;
            } else {
                this.state.people = answer.value;
            }
        });
    }

    get title() {
        const count = new Set(this.props.rows.map((row) => row.thread_id)).size;
        return count === 1
            ? _t("Assign the conversation to")
            : _t("Assign %s conversations to", count);
    }

    /** Whose all of them are already @returns {number|false} */
    get assignedId() {
        const ids = new Set(
            this.props.rows.map(({assigned}) => assigned && assigned.id)
        );
        return ids.size === 1 ? [...ids][0] : false;
    }

    get isAnyAssigned() {
        return this.props.rows.some(({assigned}) => assigned);
    }

    /** @param {{id: number, name: string}} person */
    nameOf({id, name}) {
        return id === user.userId ? _t("%s (me)", name) : name;
    }

    /** @param {import("../../messages_service/team_state").Person|false} person */
    choose(person) {
        this.client.team.assign(this.props.rows, person);
        this.props.close();
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        if (!(ev.key in STEPS)) {
            return;
        }
        const buttons = [...this.list.el.querySelectorAll("button")];
        const place = buttons.indexOf(document.activeElement) + STEPS[ev.key];
        buttons.at(place % buttons.length).focus();
        ev.preventDefault();
    }
}
