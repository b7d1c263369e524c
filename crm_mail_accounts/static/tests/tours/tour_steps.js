import {rpcBus} from "@web/core/network/rpc";

/** Steps that several tours take. */

/** Milliseconds in which a change that waits for its turn, or for a timer, is asked for */
const PAUSE = 400;

const asked = {open: 0, movedAt: 0};

function count(change) {
    asked.open += change;
    asked.movedAt = performance.now();
}

rpcBus.addEventListener("RPC:REQUEST", () => count(1));
rpcBus.addEventListener("RPC:RESPONSE", () => count(-1));

/**
 * The screen shows a change before the server knows it; a test that reads the database
 * afterwards ends its tour with this: everything that was asked has been answered.
 */
export const settled = {
    content: "The server knows what the screen shows",
    trigger: "body",
    run: async () => {
        count(0);
        while (asked.open > 0 || performance.now() - asked.movedAt < PAUSE) {
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    },
};
