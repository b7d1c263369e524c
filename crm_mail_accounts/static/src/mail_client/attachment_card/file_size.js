import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/core/utils/numbers";

/** Bytes in a kilobyte, as file managers count */
const STEP = 1024;

/**
 * @param {number} bytes
 * @returns {string} "980 bytes", "12 KB", "3.4 MB"
 */
export function fileSize(bytes) {
    if (bytes < STEP) {
        return bytes === 1 ? _t("1 byte") : _t("%s bytes", bytes || 0);
    }
    const kilobytes = bytes / STEP;
    if (kilobytes < STEP) {
        return _t("%s KB", formatFloat(kilobytes, {digits: [16, 0]}));
    }
    const megabytes = kilobytes / STEP;
    if (megabytes < STEP) {
        return _t("%s MB", formatFloat(megabytes, {digits: [16, 1]}));
    }
    return _t("%s GB", formatFloat(megabytes / STEP, {digits: [16, 1]}));
}
