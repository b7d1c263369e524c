import {ServiceDoor} from "./service_door";

/** Ways out of the screen: the pages of accounts, and records of the host. */

const SETUP_ACTION = "crm_mail_accounts.crm_mail_account_setup_action";
const POP3_ACTION = "crm_mail_accounts.crm_mail_pop3_bridge_action";
/** The address part of the client action: /odoo/crm-messages */
const ACTION_PATH = "crm-messages";
/** Milliseconds after which a synchronization that was asked for is looked at */
export const SYNC_DELAY = 1000;

export class AccountService extends ServiceDoor {
    /**
     * The menu of the mail client, when this user may see it. It is found by the
     * address of its action, which is the same whatever app shows the menu.
     *
     * @returns {object|undefined}
     */
    get messagesMenu() {
        return this.menu.getAll().find((menu) => menu.actionPath === ACTION_PATH);
    }

    openMessages() {
        const menu = this.messagesMenu;
        return menu ? this.menu.selectMenu(menu) : this.action.doAction(ACTION_PATH);
    }

    /**
     * @param {string} model
     * @param {number} resId
     */
    openRecord(model, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: resId,
            views: [[false, "form"]],
            target: "current",
        });
    }

    /**
     * The assistant: empty for a new account, else at the account's settings.
     *
     * @param {number|false} [accountId]
     * @param {object} [context]
     */
    openSetup(accountId = false, context = {}) {
        const additionalContext = {...context};
        if (accountId) {
            additionalContext.default_account_id = accountId;
        }
        return this.action.doAction(SETUP_ACTION, {
            additionalContext,
            onClose: () => this.reload(),
        });
    }

    /**
     * The account's own page: delegates, what is fetched, the connection log.
     *
     * @param {number} accountId
     */
    openAccount(accountId) {
        return this.openRecord("crm.mail.account", accountId);
    }

    /**
     * The POP3 mailboxes that are collected into an account.
     *
     * @param {number} accountId
     */
    openPop3(accountId) {
        return this.action.doAction(POP3_ACTION, {
            additionalContext: {
                default_account_id: accountId,
                search_default_account_id: accountId,
            },
        });
    }

    /**
     * Goes to the provider's page, where the owner lets us in again.
     *
     * @param {number} accountId
     */
    async connect(accountId) {
        const answer = await this.ask("connect_account", [accountId]);
        if (answer.failed) {
            this.tell(answer.sentence);
        } else {
            await this.action.doAction(answer.value);
        }
    }

    /**
     * Back from the provider's page: the set-up goes on where it was left.
     *
     * @param {number} accountId
     */
    async continueSetup(accountId) {
        const answer = await this.ask("continue_setup", [accountId]);
        if (answer.failed) {
            this.tell(answer.sentence);
        } else if (answer.value) {
            await this.action.doAction(answer.value, {onClose: () => this.reload()});
        }
    }

    /**
     * The assistant at its page where folders get their roles.
     *
     * @param {number} accountId
     */
    openFolderMapping(accountId) {
        return this.openSetup(accountId, {crm_mail_setup_step: "folders"});
    }

    /** @param {number|false} accountId all accounts when false */
    async syncNow(accountId) {
        const {store} = this;
        for (const account of store.accounts) {
            if (!accountId || account.id === accountId) {
                store.startSync(account.id);
            }
        }
        const answer = await this.ask("sync_now", [accountId]);
        // When Odoo is away the screen says so already.
        if (answer.failed && store.online) {
            this.tell(answer.sentence);
        }
        this.schedule(SYNC_DELAY);
    }
}
