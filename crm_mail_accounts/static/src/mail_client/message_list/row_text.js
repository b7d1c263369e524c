import {_t} from "@web/core/l10n/translation";

import {draftText} from "../draft_note/draft_note";
import {folderName} from "../../messages_service/folder_name";
import {assignedText, firstName, hereText} from "../team_bar/presence_words";

/** Folders whose mails were written by the owner: there the recipient tells more */
const OUTGOING_ROLES = ["sent", "drafts"];

/**
 * What a row of the list says.
 *
 * @typedef {import("../../messages_service/mail_client_store").Row} Row
 * @typedef {import("../../messages_service/mail_client_store").Address} Address
 */
export class RowText {
    /** @param {import("../../messages_service/mail_client_store").MailClientStore} store */
    constructor(store) {
        this.store = store;
        this.assignedText = assignedText;
        this.firstName = firstName;
        this.hereText = hereText;
    }

    /** @param {Row} row */
    threadText(row) {
        return _t("%s messages in this conversation", row.thread.count);
    }

    /** @param {Row} row */
    isOutgoing(row) {
        const folder = this.store.getFolder(row.folder_id);
        return Boolean(folder) && OUTGOING_ROLES.includes(folder.role);
    }

    /**
     * Where a mail lies, in a list of mails that lie in several places.
     *
     * @param {Row} row
     */
    placeText(row) {
        const {accounts, keepsMoved, unifiedRole} = this.store;
        const folder = this.store.getFolder(row.folder_id);
        const account = this.store.getAccount(row.account_id);
        const names = [
            keepsMoved && folder && folderName(folder),
            (keepsMoved || unifiedRole) &&
                accounts.length > 1 &&
                this.shortName(account),
        ];
        return names.filter(Boolean).join(" · ");
    }

    /** Of an address what stands before the "@", where that tells enough. */
    shortName(account) {
        const short = (each) => each.name.split("@")[0];
        if (!account) {
            return "";
        }
        const alike = this.store.accounts.filter(
            (each) => short(each) === short(account)
        );
        return alike.length > 1 ? account.name : short(account) || account.name;
    }

    /** @param {Row} row */
    who(row) {
        const name = (address) => address.name || address.email;
        if (this.isOutgoing(row)) {
            const names = row.to.map(name).join(", ");
            return names ? _t("To: %s", names) : _t("(no recipient)");
        }
        if (row.thread) {
            const people = row.thread.people.map((one) => this.personOf(row, one));
            const names = people.filter(Boolean).join(", ");
            return names || _t("(unknown sender)");
        }
        return (row.from && name(row.from)) || _t("(unknown sender)");
    }

    /**
     * Somebody in a conversation, by first name: there are several in one line.
     *
     * @param {Row} row
     * @param {Address} person
     */
    personOf(row, {name, email}) {
        const account = this.store.getAccount(row.account_id);
        const isOwn = account && !account.owner;
        if (isOwn && email && email === (account.email || "").toLowerCase()) {
            return _t("me");
        }
        if (!name) {
            return email;
        }
        return row.thread.people.length > 1 ? name.split(/[\s,]+/)[0] : name;
    }

    /** @param {Row} row */
    subject(row) {
        return row.unreadable
            ? _t("This mail could not be read")
            : row.subject || _t("(no subject)");
    }

    /** @param {Row} row a draft */
    draftText({draft_by: draftBy}) {
        return draftBy ? draftText(draftBy.person) : _t("Draft");
    }

    /** @param {Row} row */
    linkText(row) {
        const [first, ...others] = row.links;
        return others.length ? `${first.name} +${others.length}` : first.name;
    }

    linkTitle(row) {
        return _t("Linked to %s", this.linkText(row));
    }

    selectLabel(row) {
        return _t("Select: %s", this.subject(row));
    }
}
