import {makeComposeAttachment, makeFilter} from "./mail_client_test_values";

/**
 * What the server of the tests makes of changes: `rows` and the unread counts of
 * `folders` follow, as they do in `crm.mail.client`.
 *
 * @param {object} server of `mock_mail_server.js`
 * @param {(name: string, args: Array) => any} value of the server, as a test has it
 * @param {() => object} state what `progress` answers
 * @returns {{[method: string]: Function}}
 */
export function mailChanges(server, value, state) {
    const takeOut = (outgoingId) => {
        for (const [kind, rows] of Object.entries(server.outgoing)) {
            server.outgoing[kind] = rows.filter(({id}) => id !== outgoingId);
        }
        return true;
    };
    const countUnread = (folderId, step) => {
        const folder = server.folders.find((candidate) => candidate.id === folderId);
        if (folder) {
            folder.unread = Math.max(0, folder.unread + step);
        }
    };
    const roleId = (role) =>
        (server.folders.find((folder) => folder.role === role) || {}).id;
    const mark = (messageIds, add = [], remove = []) => {
        const changed = [];
        for (const row of value("rows", [])) {
            if (!messageIds.includes(row.id)) {
                continue;
            }
            const {seen} = row;
            if (add.some((name) => !row[name]) || remove.some((name) => row[name])) {
                changed.push(row.id);
            }
            add.forEach((name) => (row[name] = true));
            remove.forEach((name) => (row[name] = false));
            countUnread(row.folder_id, Number(seen) - Number(row.seen));
        }
        return {changed, progress: state()};
    };
    const place = (row, folderId) => {
        if (!row.seen) {
            countUnread(row.folder_id, -1);
            countUnread(folderId, 1);
        }
        row.folder_id = folderId;
    };
    const move = (messageIds, folderId) => {
        const moved = [];
        const stays = [];
        for (const row of value("rows", [])) {
            if (messageIds.includes(row.id) && row.folder_id !== folderId) {
                moved.push([row.id, row.folder_id]);
                place(row, folderId);
                server.moved.push(row);
            } else {
                stays.push(row);
            }
        }
        server.rows = stays;
        return {moved, expunged: 0, progress: state()};
    };
    const remove = (messageIds) => {
        const {moved} = move(messageIds, false);
        return {moved: [], expunged: moved.length, progress: state()};
    };
    const undo = (moved) => {
        const folderOf = new Map(moved);
        for (const row of server.moved) {
            if (folderOf.has(row.id)) {
                place(row, folderOf.get(row.id));
                server.rows = [...server.rows, row];
            }
        }
        server.rows.sort((row, other) => other.id - row.id);
        return state();
    };
    return {
        mark,
        move,
        copy_mails: (ids, folderId) => ({
            copied: ids.length,
            copies: ids.map((id) => [id, folderId, 1]),
            progress: state(),
        }),
        undo_copy: (copies) => ({
            changed: copies.map(([id]) => id),
            late: server.late.shift() || [],
            progress: state(),
        }),
        archive: (ids) => move(ids, roleId("archive") || 80),
        junk: (ids) => move(ids, roleId("junk")),
        not_junk: (ids) => move(ids, roleId("inbox")),
        delete: (ids) =>
            server.rows.some(
                (row) => ids.includes(row.id) && row.folder_id === roleId("trash")
            )
                ? remove(ids)
                : move(ids, roleId("trash")),
        undo_move: undo,
        mark_folder_read: (folderId) => {
            const inFolder = server.rows.filter((row) => row.folder_id === folderId);
            return mark(
                inFolder.map((row) => row.id),
                ["seen"]
            ).progress;
        },
        empty_folder: () => remove(server.rows.map((row) => row.id)).progress,
        create_folder: (...args) => {
            const folder = value("folder", args);
            server.folders = [...server.folders, folder];
            return folder;
        },
        rename_folder: (folderId, name) => {
            server.folders = server.folders.map((folder) =>
                folder.id === folderId ? {...folder, name, path: name} : folder
            );
            return true;
        },
        delete_folder: (folderId) => {
            server.folders = server.folders.filter(({id}) => id !== folderId);
            return true;
        },
        subscribe_folder: () => true,
        comment: (...args) => value("said", args),
        delete_comment: (...args) => value("said", args),
        withdraw_share: (...args) => value("withdrawn", args),
        filter_save: (_accountId, filter) => {
            const known = server.filters.find(({id}) => id === filter.id);
            const saved = {...makeFilter(filter.id || 40), ...known, ...filter};
            server.filters = known
                ? server.filters.map((each) => (each === known ? saved : each))
                : [...server.filters, saved];
            return saved;
        },
        filter_delete: (filterId) => {
            server.filters = server.filters.filter(({id}) => id !== filterId);
            return true;
        },
        filter_reorder: (_accountId, ids) => {
            server.filters.sort(
                (one, two) => ids.indexOf(one.id) - ids.indexOf(two.id)
            );
            return true;
        },
        filter_run: () => server.runs.shift(),
        vacation_end: () => {
            server.accounts = server.accounts.map((account) => ({
                ...account,
                away: false,
            }));
            return state();
        },
        compose_save: (id, version) =>
            server.conflict
                ? {
                      conflict: true,
                      composition: server.conflict,
                      taken_by: server.takenBy,
                  }
                : {
                      id: id || 500,
                      version: version + 1,
                      saved_at: "2026-03-10 10:00:00",
                      conflict: false,
                  },
        compose_send: (id, _version, _values, sendAt) => ({
            id,
            state: sendAt ? "scheduled" : "queued",
            undo_until: server.undoUntil,
        }),
        compose_leave: () => true,
        compose_undo: (id) => takeOut(id) && value("opened", [id]),
        compose_discard: takeOut,
        compose_take_over: (id) => value("opened", [id]),
        compose_attach_records: (_id, attachmentIds) =>
            attachmentIds.map((id) => makeComposeAttachment({id: 1000 + id})),
        compose_detach: () => true,
        outgoing_send_now: takeOut,
        outgoing_retry: takeOut,
        outgoing_decide: takeOut,
        outgoing_dismiss: takeOut,
        link_thread: (...args) => value("threadLinks", args),
        outgoing_reschedule: () => true,
        assign: () => [],
        set_visibility: () => ({kept: server.kept || 0}),
    };
}
