import {Component, useEffect, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useSortable} from "@web/core/utils/sortable_owl";

import {summaryOf} from "./filter_words";

const STEPS = {ArrowUp: -1, ArrowDown: 1};

/** The filters of a mailbox in the order in which they see a mail. */
export class FilterList extends Component {
    static template = "crm_mail_accounts.FilterList";
    static props = {
        filters: {type: Array, element: Object},
        /** Why a filter cannot run on the mail server, by its id */
        onlyHere: {type: Object, optional: true},
        folderOf: Function,
        onEdit: Function,
        onRun: Function,
        onRemove: Function,
        onToggle: Function,
        /** Called with a filter and its new place, from 0 */
        onMove: Function,
    };

    static defaultProps = {onlyHere: {}};

    setup() {
        this.list = useRef("list");
        this.state = useState({said: "", movedId: false});
        // A line that is put elsewhere on the page loses the keyboard.
        useEffect(
            (movedId) => {
                const line =
                    movedId &&
                    this.list.el.querySelector(`[data-filter-id='${movedId}']`);
                if (line) {
                    line.querySelector(".o_crm_mail_filter_handle").focus();
                }
            },
            () => [this.state.movedId, this.props.filters]
        );
        useSortable({
            ref: this.list,
            elements: ".o_crm_mail_filter",
            handle: ".o_crm_mail_filter_handle",
            cursor: "grabbing",
            onDrop: ({element, previous}) => this.drop(element, previous),
        });
    }

    /** @param {HTMLElement} line */
    indexOf(line) {
        const id = Number(line.dataset.filterId);
        return this.props.filters.findIndex((filter) => filter.id === id);
    }

    drop(element, previous) {
        this.state.movedId = false;
        const index = this.indexOf(element);
        const before = previous ? this.indexOf(previous) : -1;
        const place = before < index ? before + 1 : before;
        this.props.onMove(this.props.filters[index], place);
    }

    handleLabel(filter) {
        return _t("Move “%s”: with the arrow keys up and down", filter.name);
    }

    /**
     * @param {KeyboardEvent} ev
     * @param {object} filter
     */
    onHandleKey(ev, filter) {
        const {filters} = this.props;
        const place = filters.indexOf(filter) + STEPS[ev.key];
        if (!(ev.key in STEPS)) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        if (place >= 0 && place < filters.length) {
            this.props.onMove(filter, place);
            this.state.movedId = filter.id;
            this.state.said = _t("“%(name)s” is number %(place)s of %(count)s", {
                name: filter.name,
                place: place + 1,
                count: filters.length,
            });
        }
    }

    summary(filter) {
        return summaryOf(filter, this.props.folderOf);
    }
}
