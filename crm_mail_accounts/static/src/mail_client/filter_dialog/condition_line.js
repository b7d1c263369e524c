import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";

import {
    fieldChoices,
    operatorChoices,
    operatorKey,
    senderChoices,
    setField,
    setOperator,
} from "./filter_words";

/** Kilobytes in each unit that a size is entered in */
const UNITS = {KB: 1, MB: 1024};

/** One condition of a filter, which it changes in place. */
export class ConditionLine extends Component {
    static template = "crm_mail_accounts.ConditionLine";
    static props = {
        condition: Object,
        number: Number,
        onRemove: {type: [Function, {value: null}], optional: true},
    };

    setup() {
        this.operatorKey = operatorKey;
        this.condition = useState(this.props.condition);
        const kilobytes = Number(this.props.condition.value);
        const isWhole = kilobytes && kilobytes % UNITS.MB === 0;
        this.state = useState({unit: isWhole ? "MB" : "KB"});
        this.units = Object.keys(UNITS);
    }

    get label() {
        return _t("Condition %s", this.props.number);
    }

    get fields() {
        return fieldChoices();
    }

    get operators() {
        return operatorChoices(this.condition);
    }

    get senders() {
        return senderChoices();
    }

    get valueHint() {
        if (this.condition.operator === "matches") {
            return _t("* for anything, ? for one character");
        }
        return "";
    }

    get size() {
        const {value} = this.condition;
        return value === "" ? "" : Number(value) / UNITS[this.state.unit];
    }

    setSize(text) {
        const number = Number(text);
        this.condition.value =
            text === "" ? "" : String(Math.round(number * UNITS[this.state.unit]));
    }

    /** The number that is seen stays. */
    setUnit(unit) {
        const {size} = this;
        this.state.unit = unit;
        this.setSize(String(size));
    }

    setField(field) {
        setField(this.condition, field);
    }

    setOperator(key) {
        setOperator(this.condition, key);
    }
}
