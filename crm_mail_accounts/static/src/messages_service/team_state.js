/**
 * The others in mailboxes that several people use: who is at which conversation now.
 *
 * A part of the store (`mail_client_store.js`).
 *
 * @typedef {{id: number, name: string, avatar_url: string}} Person
 * @typedef {{person: Person, account_id: number, message_id: number, thread_id: number|false, kind: "reading"|"answering"}} Presence
 * @typedef {Person & {kind: "reading"|"answering"}} PersonHere
 */
export class TeamState {
    constructor() {
        /** @type {Presence[]} of others, never of the reader */
        this.people = [];
    }

    /** @param {Presence[]} people in all mailboxes */
    setAll(people) {
        this.people = people;
    }

    /**
     * @param {number} accountId
     * @param {Presence[]} people
     */
    setIn(accountId, people) {
        const others = this.people.filter(({account_id: id}) => id !== accountId);
        this.people = [...others, ...people];
    }

    /**
     * Who is at the conversation of a mail, those who answer first; everybody once.
     *
     * @param {import("./mail_client_store").Row} row
     * @returns {PersonHere[]}
     */
    at(row) {
        const found = new Map();
        for (const {person, kind, ...place} of this.people) {
            const isHere =
                place.account_id === row.account_id &&
                (place.message_id === row.id ||
                    (row.thread_id && place.thread_id === row.thread_id));
            if (isHere && (!found.has(person.id) || kind === "answering")) {
                found.set(person.id, {...person, kind});
            }
        }
        return [...found.values()].sort(
            (one, other) =>
                Number(other.kind === "answering") - Number(one.kind === "answering")
        );
    }
}
