import {Component, onMounted, useRef, useState} from "@odoo/owl";

/** Pixels that a key moves it by */
const KEY_STEP = 24;

/**
 * The line between two panes, by which one of them is made wider: with the mouse, with
 * the arrow keys; a double click makes it as it was.
 */
export class PaneSplitter extends Component {
    static template = "crm_mail_accounts.PaneSplitter";
    static props = {
        label: String,
        /** Whether the pane before it or the one behind it has the size */
        pane: {type: String, validate: (pane) => ["before", "behind"].includes(pane)},
        isFlat: {type: Boolean, optional: true},
        least: Number,
        most: Number,
        /** Pixels, or none to take the usual size */
        onSized: Function,
    };

    setup() {
        this.root = useRef("root");
        this.state = useState({size: this.props.least, isDragged: false});
        this.start = null;
        onMounted(() => {
            this.state.size = this.measured;
        });
    }

    get measured() {
        const {el} = this.root;
        const pane =
            this.props.pane === "before"
                ? el.previousElementSibling
                : el.nextElementSibling;
        const {width, height} = pane.getBoundingClientRect();
        return Math.round(this.props.isFlat ? height : width);
    }

    /** Whether more on the screen's axis is more for the pane */
    get direction() {
        const isMirrored =
            !this.props.isFlat && getComputedStyle(this.root.el).direction === "rtl";
        return (this.props.pane === "before" ? 1 : -1) * (isMirrored ? -1 : 1);
    }

    /** @param {number} size */
    resize(size) {
        const {least, most, onSized} = this.props;
        this.state.size = Math.round(Math.min(Math.max(size, least), most));
        onSized(this.state.size);
    }

    /** @param {PointerEvent} ev */
    place(ev) {
        return this.props.isFlat ? ev.clientY : ev.clientX;
    }

    /** @param {PointerEvent} ev */
    onPointerDown(ev) {
        if (ev.button) {
            return;
        }
        // The mail's frame would swallow the moves.
        this.root.el.setPointerCapture(ev.pointerId);
        this.start = {place: this.place(ev), size: this.measured};
        this.state.isDragged = true;
    }

    /** @param {PointerEvent} ev */
    onPointerMove(ev) {
        if (this.start) {
            const moved = (this.place(ev) - this.start.place) * this.direction;
            this.resize(this.start.size + moved);
        }
    }

    onPointerUp() {
        this.start = null;
        this.state.isDragged = false;
    }

    /** @param {KeyboardEvent} ev */
    onKeydown(ev) {
        const {isFlat, least, most} = this.props;
        const steps = isFlat
            ? {ArrowDown: KEY_STEP, ArrowUp: -KEY_STEP}
            : {ArrowRight: KEY_STEP, ArrowLeft: -KEY_STEP};
        if (ev.key in steps) {
            this.resize(this.measured + steps[ev.key] * this.direction);
        } else if (ev.key === "Home") {
            this.resize(least);
        } else if (ev.key === "End") {
            this.resize(most);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}
