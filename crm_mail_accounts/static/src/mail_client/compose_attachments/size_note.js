import {_t} from "@web/core/l10n/translation";

import {fileSize} from "../attachment_card/file_size";

/** A file grows by a third on its way: mail carries letters, not bytes. */
const ON_THE_WAY = 4 / 3;
/** Share of what the server takes from which on it is told how much is left */
const TELL_FROM = 0.5;

/**
 * How much of what the mail server takes the files of a mail are.
 *
 * @param {number} limit in bytes, 0 where nobody knows
 * @param {{size: number}[]} files
 * @returns {{text: string, isTooMuch: boolean}|null} when there is much
 */
export function sizeNote(limit, files) {
    const total = files.reduce((sum, {size}) => sum + size, 0) * ON_THE_WAY;
    if (!limit || total < limit * TELL_FROM) {
        return null;
    }
    const values = {size: fileSize(total), limit: fileSize(limit)};
    const isTooMuch = total > limit;
    return {
        isTooMuch,
        text: isTooMuch
            ? _t(
                  "The files are too large: %(size)s on their way, and the mail server takes %(limit)s. Remove some, or send a link.",
                  values
              )
            : _t("%(size)s of the %(limit)s that the mail server takes", values),
    };
}
