import {useState} from "@odoo/owl";
import {useService} from "@web/core/utils/hooks";

/**
 * What a component of the mail client works with: the service that does things, and
 * the store that says what there is. The component is drawn anew when a part of the
 * store that it read has changed.
 *
 * @returns {{client: import("./mail_client_service").MailClientService, store: import("./mail_client_store").MailClientStore}}
 */
export function useMailClient() {
    const client = useService("crm_mail_client");
    return {client, store: useState(client.store)};
}
