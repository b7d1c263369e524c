/**
 * Whether the host's theme is a dark one, whoever has brought it: its style sheets say
 * so. The cookie only says what the user wishes.
 *
 * @returns {boolean}
 */
export function isDarkTheme() {
    const style = getComputedStyle(document.documentElement);
    return style.getPropertyValue("--o-webclient-color-scheme").trim() === "dark";
}

/**
 * @param {string} address of a page that the server makes for a frame
 * @param {...string} parameters "name=value"
 * @returns {string}
 */
export function pageAddress(address, ...parameters) {
    const all = isDarkTheme() ? [...parameters, "dark=1"] : parameters;
    const joint = address.includes("?") ? "&" : "?";
    return all.length ? address + joint + all.join("&") : address;
}
