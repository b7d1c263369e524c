import {Component, onMounted} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {useDropdownState} from "@web/core/dropdown/dropdown_hooks";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";

/**
 * The menu of a folder, which opens as it appears. There may be hundreds of folders;
 * only the one that was asked has a menu, the others have a button that looks like it.
 */
export class FolderMenu extends Component {
    static template = "crm_mail_accounts.FolderMenu";
    static components = {Dropdown, DropdownItem};
    static props = {
        label: String,
        actions: {type: Array, element: Object},
        onClosed: Function,
    };

    setup() {
        this.dropdown = useDropdownState({onClose: () => this.props.onClosed()});
        onMounted(() => this.dropdown.open());
    }
}
