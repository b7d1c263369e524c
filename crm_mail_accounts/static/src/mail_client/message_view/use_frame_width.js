import {useEffect, useRef, useState} from "@odoo/owl";
import {useDebounced} from "@web/core/utils/timing";

/**
 * Whether a frame can take the height of its document without any script (CSS Sizing 4,
 * `frame-sizing`). Elsewhere its height is guessed from the lines of the mail.
 */
export const FOLLOWS_CONTENT =
    Boolean(window.CSS) && CSS.supports("frame-sizing", "content-height");

/** Milliseconds for which a width stays before a frame is made for it */
const SETTLED = 250;
/** Pixels: that a scrollbar comes or goes is no reason. */
const LEAST = 24;

/**
 * The height of a frame that follows its content is told once, when it has loaded, and
 * only its own scripts could tell it again. So where the width changes afterwards (a
 * phone is turned, a pane is drawn wider), a new frame is made for the new width; its
 * box keeps the height meanwhile.
 *
 * @returns {{state: {serial: number, height: number}, onLoad: () => void}} `serial`
 *     belongs into the key of the frame; `height`, in pixels, is what the box keeps, 0
 *     when nothing is to be kept. The box is the element of the ref "frameBox".
 */
export function useFrameWidth() {
    const box = useRef("frameBox");
    const state = useState({serial: 0, height: 0});
    let loadedWidth = 0;

    const check = useDebounced(() => {
        const width = box.el ? box.el.clientWidth : 0;
        if (width && loadedWidth && Math.abs(width - loadedWidth) >= LEAST) {
            loadedWidth = 0;
            state.height = box.el.clientHeight;
            state.serial++;
        }
    }, SETTLED);

    useEffect(
        (element) => {
            if (!element || !FOLLOWS_CONTENT) {
                return;
            }
            const observer = new ResizeObserver(check);
            observer.observe(element);
            return () => observer.disconnect();
        },
        () => [box.el]
    );

    const onLoad = () => {
        loadedWidth = box.el ? box.el.clientWidth : 0;
        state.height = 0;
    };
    return {state, onLoad};
}
