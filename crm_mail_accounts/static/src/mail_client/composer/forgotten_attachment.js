/**
 * Words that announce a file, in the languages that are written here. They are looked
 * for in what is new only: a quoted mail speaks of its own files.
 */
const WORDS =
    /(^|[^\p{L}])(attach(ed|ing|ment|ments)?|enclos(ed|ing|ure|ures)|allegat[oaie]|allegh(iamo|erò|eremo)|alleg(o|ando)|in allegato)(?=$|[^\p{L}])/iu;

/**
 * @param {string} text what the author has written
 * @returns {boolean} whether it says that a file comes with it
 */
export function announcesFile(text) {
    return WORDS.test(text);
}
