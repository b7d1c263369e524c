import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

/** Which keys do what. */
export class KeysHelp extends Component {
    static template = "crm_mail_accounts.KeysHelp";
    static components = {Dialog};
    static props = {close: Function};

    get lines() {
        return [
            {keys: ["j", "k"], text: _t("Down and up the list")},
            {keys: [_t("Enter")], text: _t("Open")},
            {keys: ["c"], text: _t("Write a new message")},
            {keys: ["r", "a"], text: _t("Reply, reply to all")},
            {keys: ["f"], text: _t("Forward")},
            {keys: [_t("Ctrl+Enter")], text: _t("Send, while writing")},
            {keys: ["e"], text: _t("Move to the archive")},
            {keys: ["#", _t("Del")], text: _t("Delete")},
            {keys: ["s"], text: _t("Flag, or remove the flag")},
            {keys: ["u"], text: _t("Mark as unread")},
            {keys: [_t("Shift+I")], text: _t("Mark as read")},
            {keys: ["!"], text: _t("Spam, or not spam")},
            {keys: ["v"], text: _t("Move to a folder")},
            {keys: [_t("Shift+A")], text: _t("Assign the conversation to a colleague")},
            {keys: [_t("Shift+V")], text: _t("Copy to a folder")},
            {keys: ["l"], text: _t("Link the open message to a record")},
            {keys: ["z"], text: _t("Undo what you did last")},
            {keys: ["x"], text: _t("Select the message, or not")},
            {keys: [_t("Shift+↑"), _t("Shift+↓")], text: _t("Select several")},
            {keys: ["Ctrl+A"], text: _t("Select all, in the list")},
            {keys: ["Esc"], text: _t("Select nothing")},
            {keys: [_t("Shift+F10")], text: _t("Menu of a folder, in the folders")},
            {keys: ["?"], text: _t("This help")},
        ];
    }
}
