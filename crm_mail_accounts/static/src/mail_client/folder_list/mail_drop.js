/** @param {DragEvent} ev @returns {boolean} Ctrl, and Alt on a Mac, leaves the mail where it is */
const isCopying = (ev) => ev.ctrlKey || ev.altKey;

/** Mails that are dragged from the list onto a folder. */
export class MailDrop {
    /**
     * @param {import("../../messages_service/mail_client_service").MailClientService} client
     * @param {import("../../messages_service/mail_client_store").MailClientStore} store
     * @param {{dropId: any}} state the line that mails are dragged over
     */
    constructor(client, store, state) {
        this.client = client;
        this.store = store;
        this.state = state;
    }

    /**
     * Mails that are dropped on a unified folder go to that of their own mailbox.
     *
     * @param {object} place
     */
    targetOf({folders}) {
        return folders.find((folder) =>
            this.store.mayMoveTo(this.store.dragged, folder)
        );
    }

    /**
     * @param {DragEvent} ev
     * @param {object} place
     */
    onPlaceDragOver(ev, place) {
        if (this.targetOf(place)) {
            ev.preventDefault();
            ev.dataTransfer.dropEffect = isCopying(ev) ? "copy" : "move";
            this.state.dropId = place.id;
        }
    }

    /**
     * @param {DragEvent} ev
     * @param {object} place
     */
    onPlaceDrop(ev, place) {
        const target = this.targetOf(place);
        this.state.dropId = false;
        if (target) {
            this.onDrop(ev, target);
        }
    }

    /**
     * @param {DragEvent} ev
     * @param {import("../../messages_service/mail_client_store").Folder} folder
     */
    onDragOver(ev, folder) {
        if (this.store.mayMoveTo(this.store.dragged, folder)) {
            ev.preventDefault();
            ev.dataTransfer.dropEffect = isCopying(ev) ? "copy" : "move";
            this.state.dropId = folder.id;
        }
    }

    /** @param {import("../../messages_service/mail_client_store").Folder} folder */
    onDragLeave(folder) {
        if (this.state.dropId === folder.id) {
            this.state.dropId = false;
        }
    }

    /**
     * @param {DragEvent} ev
     * @param {import("../../messages_service/mail_client_store").Folder} folder
     */
    onDrop(ev, folder) {
        const rows = this.store.dragged;
        this.state.dropId = false;
        if (this.store.mayMoveTo(rows, folder)) {
            ev.preventDefault();
            this.store.setDragged([]);
            const {mails} = this.client;
            if (isCopying(ev)) {
                mails.copy(rows, folder);
            } else {
                mails.move(rows, folder);
            }
        }
    }
}
