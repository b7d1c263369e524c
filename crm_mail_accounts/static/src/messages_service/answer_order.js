/**
 * Answers may overtake each other on their way. Of those about one subject the one that
 * was asked for last says how things are; what comes after it, and was asked before, is
 * old.
 */
export class AnswerOrder {
    constructor() {
        this.asked = 0;
        /** @type {Map<string, number>} by subject, the youngest question answered */
        this.answered = new Map();
    }

    /**
     * A question about a subject is asked.
     *
     * @param {string} subject
     * @returns {(answer: {failed: boolean}) => boolean} for its answer: whether that
     * still says something new. A failure says nothing where a younger question was
     * answered, and makes no older answer old.
     */
    ask(subject) {
        const serial = ++this.asked;
        return ({failed}) => {
            if (serial < (this.answered.get(subject) || 0)) {
                return false;
            }
            if (!failed) {
                this.answered.set(subject, serial);
            }
            return true;
        };
    }
}
