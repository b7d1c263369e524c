import {useExternalListener} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";

import {useMailClient} from "../messages_service/use_mail_client";
import {KeysHelp} from "./keys_help/keys_help";
import {useLinkDialog} from "./link_dialog/link_dialog";
import {useMailActions} from "./mail_toolbar/use_mail_actions";
import {useReplyActions} from "./reply_bar/use_reply_actions";

/**
 * The keys that act on mails, as Gmail has them.
 *
 * They are told by the letter that arrives, not by the host's hotkeys: "#", "!" and
 * "?" lie on other keys, with other modifiers, on every keyboard.
 */

/** Keys that need no mail */
const EVERYWHERE = ["c", "z", "?"];

/** @param {EventTarget} target */
export function isWriting(target) {
    return (
        target instanceof HTMLElement &&
        (target.isContentEditable ||
            target.matches(
                "textarea, select, input:not([type=checkbox]):not([type=radio])"
            ))
    );
}

/**
 * @param {KeyboardEvent} ev
 * @returns {string} the letter, a capital only for Shift, whatever Caps Lock says
 */
function keyOf(ev) {
    // AltGr, by which many keyboards write "#", looks like Ctrl and Alt.
    const isCommand = (ev.ctrlKey || ev.altKey) && !ev.getModifierState("AltGraph");
    if (isCommand || ev.metaKey || ev.isComposing || !ev.key) {
        return "";
    }
    if (ev.key.length > 1) {
        return ev.shiftKey ? "" : ev.key;
    }
    return ev.shiftKey ? ev.key.toUpperCase() : ev.key.toLowerCase();
}

export function useMailKeys() {
    const {client, store} = useMailClient();
    const actions = useMailActions();
    const replies = useReplyActions();
    const dialog = useService("dialog");
    const openLinkDialog = useLinkDialog();
    const ui = useService("ui");

    const act = (...names) => actions.run(names, store.targetRows);
    const answer = (name) => replies.run(name, store.targetRows);
    const keys = {
        c: () => client.compose.start("new"),
        r: () => answer("reply"),
        a: () => answer("reply_all"),
        f: () => answer("forward"),
        e: () => act("archive"),
        "#": () => act("delete"),
        Delete: () => act("delete"),
        s: () => act("flag", "unflag"),
        u: () => actions.markAs("unread", store.targetRows),
        I: () => actions.markAs("read", store.targetRows),
        "!": () => act("junk", "notJunk"),
        v: () => act("move"),
        A: () => act("assign"),
        V: () => act("copy"),
        l: () => {
            if (store.openId && store.mayLink) {
                openLinkDialog(store.openId);
            }
        },
        x: () => {
            if (store.cursorRow && store.mayActOn([store.cursorRow])) {
                store.toggleSelected(store.cursorId);
            }
        },
        z: () => client.mails.undo(),
        Escape: () => store.clearSelection(),
        "?": () => dialog.add(KeysHelp),
    };

    useExternalListener(window, "keydown", (ev) => {
        const key = keyOf(ev);
        const isElsewhere =
            ev.defaultPrevented ||
            isWriting(ev.target) ||
            // A dialog, or a menu of the host, has the keyboard
            ui.activeElement !== document ||
            document.querySelector(".o-dropdown--menu");
        // On a folder "Delete" would be taken for the folder's.
        const isOfFolder =
            key === "Delete" &&
            ev.target instanceof Element &&
            ev.target.closest(".o_crm_mail_folder_list");
        // Mails that leave stand in the place of the list: its mails are not seen.
        const isHidden = store.outgoing.kind && !EVERYWHERE.includes(key);
        if (
            !Object.hasOwn(keys, key) ||
            isElsewhere ||
            isOfFolder ||
            isHidden ||
            ev.repeat
        ) {
            return;
        }
        if (key === "Escape" && !store.selected.size) {
            return;
        }
        ev.preventDefault();
        keys[key]();
    });
}
