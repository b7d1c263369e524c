/**
 * What `dev/bench screen` does in the page: from what the reader does to the frame that
 * shows what follows. Milliseconds.
 */
(() => {
    const PATIENCE = 30000;
    const find = (selector) => document.querySelector(selector);
    const findAll = (selector) => [...document.querySelectorAll(selector)];
    const scroller = () => find(".o_crm_mail_rows");
    const list = () => window.odoo.__WOWL_DEBUG__.root.env.services.crm_mail_client;

    /** Behind the frame that is being prepared: what it holds was painted. */
    const painted = () =>
        new Promise((done) =>
            requestAnimationFrame(() => requestAnimationFrame(() => done()))
        );

    const rest = (milliseconds) =>
        new Promise((done) => setTimeout(done, milliseconds));

    /**
     * @param {() => void} act
     * @param {() => boolean} isThere
     * @returns {Promise<number>}
     */
    async function timed(act, isThere) {
        const start = performance.now();
        act();
        while (!isThere()) {
            if (performance.now() - start > PATIENCE) {
                throw new Error(`never there: ${isThere}`);
            }
            await new Promise((done) => requestAnimationFrame(done));
        }
        await painted();
        return performance.now() - start;
    }

    const folder = (role) => find(`.o_crm_mail_folder_list [data-role='${role}']`);
    const rowOf = (id) => find(`.o_crm_mail_row[data-message-id='${id}']`);
    const isEmpty = () => Boolean(find(".o_crm_mail_list_empty"));
    const hasRows = () => Boolean(find(".o_crm_mail_row"));
    const shownIds = () =>
        findAll(".o_crm_mail_row").map((row) => Number(row.dataset.messageId));

    function press(key, keys = {}) {
        scroller().focus();
        scroller().dispatchEvent(
            new KeyboardEvent("keydown", {key, ...keys, bubbles: true})
        );
    }

    /** The text of this mail, with its conversation's head */
    const isRead = (id) => () => {
        const article = find(
            `.o_crm_mail_reading_pane article[data-message-id='${id}']`
        );
        return Boolean(
            article &&
                article.querySelector("iframe") &&
                !article.querySelector(".o_crm_mail_frame_loading")
        );
    };

    const steps = {
        async inbox() {
            await timed(() => folder("sent").click(), isEmpty);
            await rest(300);
            return timed(() => folder("inbox").click(), hasRows);
        },
        /** The end of the list comes into sight, and rows behind it. */
        async page() {
            const el = scroller();
            const height = el.scrollHeight;
            const taken = await timed(
                () => (el.scrollTop = height),
                () => scroller().scrollHeight > height + el.clientHeight
            );
            await rest(300);
            return taken;
        },
        /** One that was neither read before nor read ahead */
        async mail(time) {
            const id = shownIds()[3 * time + 2];
            await rest(300);
            return timed(() => rowOf(id).click(), isRead(id));
        },
        /** The one below, after a moment of reading */
        async next_mail(time) {
            const id = shownIds()[time + 1];
            if (!time) {
                rowOf(shownIds()[0]).click();
            }
            await rest(2000);
            return timed(() => rowOf(id).click(), isRead(id));
        },
        async thread(time) {
            const id = shownIds()[3 * time + 2];
            await rest(300);
            return timed(
                () => rowOf(id).click(),
                () =>
                    isRead(id)() &&
                    findAll(".o_crm_mail_folded_mail, .o_crm_mail_reading_pane article")
                        .length > 1
            );
        },
        /** What is in the list is selected, and flagged or not. */
        async flag() {
            press("a", {ctrlKey: true});
            await painted();
            const stars = () => findAll(".o_crm_mail_row .fa-star").length;
            const wanted = stars() ? 0 : shownIds().length;
            const taken = await timed(
                () => press("s"),
                () => stars() === wanted
            );
            list().store.clearSelection();
            await rest(1000);
            return taken;
        },
    };

    /** Watches every frame: whether a row is missing where one belongs. */
    const watch = {
        start() {
            Object.assign(this, {on: true, frames: [], blank: 0, ends: 0, pixels: 0});
            let last = performance.now();
            let from = scroller().scrollTop;
            const look = () => {
                const now = performance.now();
                this.frames.push(now - last);
                last = now;
                this.pixels += Math.abs(scroller().scrollTop - from);
                from = scroller().scrollTop;
                // behind the painting of this frame
                setTimeout(() => this.check());
                if (this.on) {
                    requestAnimationFrame(look);
                }
            };
            requestAnimationFrame(look);
        },
        check() {
            const el = scroller();
            const box = el.getBoundingClientRect();
            const rows = findAll(".o_crm_mail_row");
            const top = rows[0].getBoundingClientRect().top;
            const bottom = rows.at(-1).getBoundingClientRect().bottom;
            const height = rows[0].offsetHeight;
            const {rows: known, before} = list().store.list;
            const end = box.top - el.scrollTop + known.length * height;
            const missing =
                Math.max(0, top - box.top) +
                Math.max(0, Math.min(box.bottom, end) - bottom);
            this.blank += Math.ceil(Math.floor(missing) / height);
            this.ends += before && end < box.bottom ? 1 : 0;
        },
        stop() {
            this.on = false;
            return {
                rows: list().store.list.rows.length,
                frames: this.frames.slice(1),
                blank_rows: this.blank,
                frames_at_end: this.ends,
                pixels: this.pixels,
            };
        },
    };

    window.bench = {
        steps,
        watch,
        isReady: () => hasRows(),
        /** Where in the window the list is @returns {{x: number, y: number}} */
        middle() {
            const box = scroller().getBoundingClientRect();
            return {x: box.x + box.width / 2, y: box.y + box.height / 2};
        },
        toTop() {
            scroller().scrollTop = 0;
            return painted();
        },
    };
})();
