/** Pixels after which a swipe does something when the finger is lifted */
const FAR = 90;
/** Pixels after which it is clear whether the finger swipes or scrolls */
const CLEAR = 12;

/**
 * Swiping a row with a finger: to the right and to the left. The row follows the
 * finger; what will happen shows beneath it.
 */
export class RowSwipe {
    /** @param {(direction: "left"|"right", row: object) => void} onSwipe */
    constructor(onSwipe) {
        this.onSwipe = onSwipe;
        this.current = null;
    }

    /**
     * @param {TouchEvent} ev
     * @param {object} row
     */
    start(ev, row) {
        const [touch] = ev.touches;
        this.current = {
            row,
            el: ev.currentTarget,
            x: touch.clientX,
            y: touch.clientY,
            way: "",
            distance: 0,
        };
    }

    /** @param {TouchEvent} ev */
    move(ev) {
        const {current} = this;
        if (!current || current.way === "scroll") {
            return;
        }
        const [touch] = ev.touches;
        const x = touch.clientX - current.x;
        const y = touch.clientY - current.y;
        if (!current.way && Math.max(Math.abs(x), Math.abs(y)) > CLEAR) {
            current.way = Math.abs(x) > 2 * Math.abs(y) ? "swipe" : "scroll";
        }
        if (current.way === "swipe") {
            current.distance = x;
            current.el.style.transform = `translateX(${x}px)`;
            current.el.dataset.swipe = x > 0 ? "right" : "left";
        }
    }

    end() {
        const {current} = this;
        this.current = null;
        if (!current) {
            return;
        }
        current.el.style.transform = "";
        delete current.el.dataset.swipe;
        if (current.way === "swipe" && Math.abs(current.distance) > FAR) {
            this.onSwipe(current.distance > 0 ? "right" : "left", current.row);
        }
    }
}
