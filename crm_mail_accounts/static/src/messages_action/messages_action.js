import {Component, onMounted} from "@odoo/owl";
import {LazyComponent} from "@web/core/assets";
import {router} from "@web/core/browser/router";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {readPlace} from "../messages_service/places";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

/**
 * The client action: it only fetches the bundle of the mail client and tells it
 * where to open. The place comes from the breadcrumb that leads back here, else
 * from the address.
 */
export class MessagesAction extends Component {
    static template = "crm_mail_accounts.MessagesAction";
    static components = {LazyComponent};
    static props = {...standardActionServiceProps};

    setup() {
        this.client = useService("crm_mail_client");
        this.place = this.props.state || {
            folderId: readPlace(router.current.crm_mail_folder),
            messageId:
                Number(
                    this.props.action.context?.crm_mail_message ||
                        router.current.crm_mail_message
                ) || false,
            threadId: Number(router.current.crm_mail_thread) || false,
        };
        // The way back from the provider's page, where a mailbox was connected: go on
        // with its set-up, once.
        const connectedId = Number(router.current.connected) || false;
        if (connectedId) {
            router.replaceState({connected: undefined});
            onMounted(() => this.client.continueSetup(connectedId));
        }
        // Other screens write by `params: {compose: {to, cc, subject, body_html, record}}`;
        // the way back to this screen does not write again.
        const {compose} = this.props.action.params || {};
        if (compose && !this.props.state) {
            onMounted(() => this.client.compose.start("new", false, compose));
        }
        useSetupAction({
            getLocalState: () => ({
                folderId: this.client.store.placeId,
                messageId: this.client.store.openId,
            }),
        });
    }

    get clientProps() {
        return {
            className: this.props.className,
            place: this.place,
            onPlaceChanged: (place) => this.onPlaceChanged(place),
        };
    }

    /** @param {{folderId: number|string|false, messageId: number|false}} place */
    onPlaceChanged({folderId, messageId}) {
        this.props.updateActionState?.({
            crm_mail_folder: folderId || undefined,
            crm_mail_message: messageId || undefined,
            crm_mail_thread: undefined,
        });
    }
}

registry.category("actions").add("crm_mail_accounts.messages", MessagesAction);
