import {Notification} from "@web/core/notifications/notification";
import {rpcBus} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {patch} from "@web/core/utils/patch";

/** Steps that all tours take, so that none of them depends on the machine's speed. */

/** Milliseconds that a step may take; it only ends what hangs */
const STEP_TIME = 60000;
/** Looks in a row at which nothing is under way, and the milliseconds between two: what
 * waits for its turn, or for a timer, is asked for meanwhile */
const QUIET_LOOKS = 20;
const LOOK_PERIOD = 20;

const asked = {open: 0, quiet: 0};

function count(change) {
    // What was asked before this file was there is answered as well.
    asked.open = Math.max(0, asked.open + change);
    asked.quiet = 0;
}

rpcBus.addEventListener("RPC:REQUEST", () => count(1));
rpcBus.addEventListener("RPC:RESPONSE", () => count(-1));

/** "Undo" is offered for some seconds, which may be over before a slow machine looks. */
const offersStay = {
    content: "What is offered stays until it is used",
    trigger: "body",
    run: () => {
        patch(Notification.prototype, {startNotificationTimer: () => undefined});
    },
};

/**
 * The screen shows a change before the server knows it; a test reads the database when
 * everything that was asked has been answered.
 */
const settled = {
    content: "The server knows what the screen shows",
    trigger: "body",
    run: async () => {
        for (asked.quiet = 0; asked.quiet < QUIET_LOOKS; asked.quiet++) {
            await new Promise((resolve) => setTimeout(resolve, LOOK_PERIOD));
            if (asked.open > 0) {
                asked.quiet = 0;
            }
        }
    },
};

/**
 * A tour, as the host knows it.
 *
 * @param {string} name
 * @param {{steps: () => object[]}} tour
 */
export function addTour(name, {steps}) {
    registry.category("web_tour.tours").add(name, {
        steps: () =>
            [offersStay, ...steps(), settled].map((step) => ({
                timeout: STEP_TIME,
                ...step,
            })),
    });
}
