import {AlignPlugin} from "@html_editor/main/align/align_plugin";
import {EmojiPlugin} from "@html_editor/main/emoji_plugin";
import {FeffPlugin} from "@html_editor/main/feff_plugin";
import {ColorPlugin} from "@html_editor/main/font/color_plugin";
import {ColorUIPlugin} from "@html_editor/main/font/color_ui_plugin";
import {FontFamilyPlugin} from "@html_editor/main/font/font_family_plugin";
import {FontPlugin} from "@html_editor/main/font/font_plugin";
import {HintPlugin} from "@html_editor/main/hint_plugin";
import {InlineCodePlugin} from "@html_editor/main/inline_code";
import {LinkPastePlugin} from "@html_editor/main/link/link_paste_plugin";
import {LinkPlugin} from "@html_editor/main/link/link_plugin";
import {LinkSelectionPlugin} from "@html_editor/main/link/link_selection_plugin";
import {OdooLinkSelectionPlugin} from "@html_editor/main/link/link_selection_odoo_plugin";
import {ListPlugin} from "@html_editor/main/list/list_plugin";
import {LocalOverlayPlugin} from "@html_editor/main/local_overlay_plugin";
import {PositionPlugin} from "@html_editor/main/position_plugin";
import {PowerboxPlugin} from "@html_editor/main/powerbox/powerbox_plugin";
import {SearchPowerboxPlugin} from "@html_editor/main/powerbox/search_powerbox_plugin";
import {SeparatorPlugin} from "@html_editor/main/separator_plugin";
import {TableAlignPlugin} from "@html_editor/main/table/table_align_plugin";
import {TablePlugin} from "@html_editor/main/table/table_plugin";
import {TableResizePlugin} from "@html_editor/main/table/table_resize_plugin";
import {TableUIPlugin} from "@html_editor/main/table/table_ui_plugin";
import {TabulationPlugin} from "@html_editor/main/tabulation_plugin";
import {TextDirectionPlugin} from "@html_editor/main/text_direction_plugin";
import {ToolbarPlugin} from "@html_editor/main/toolbar/toolbar_plugin";
import {CORE_PLUGINS} from "@html_editor/plugin_sets";
import {ShortCutPlugin} from "@html_editor/core/shortcut_plugin";

/**
 * What the host's editor can do in a mail: what mail programs show. Left out is what
 * lives only inside Odoo or needs its styles: columns, banners, embedded blocks, and
 * pictures out of the host's library (ours travel with the mail).
 */
export const COMPOSE_PLUGINS = [
    ...CORE_PLUGINS,
    AlignPlugin,
    ColorPlugin,
    ColorUIPlugin,
    EmojiPlugin,
    FeffPlugin,
    HintPlugin,
    InlineCodePlugin,
    LinkPastePlugin,
    LinkPlugin,
    LinkSelectionPlugin,
    ListPlugin,
    LocalOverlayPlugin,
    OdooLinkSelectionPlugin,
    PositionPlugin,
    PowerboxPlugin,
    SearchPowerboxPlugin,
    SeparatorPlugin,
    ShortCutPlugin,
    TableAlignPlugin,
    TablePlugin,
    TableResizePlugin,
    TableUIPlugin,
    TabulationPlugin,
    TextDirectionPlugin,
    ToolbarPlugin,
    // Behind the lists: both split blocks, and a list splits its own.
    FontPlugin,
    FontFamilyPlugin,
];
