import {describe, expect, test} from "@odoo/hoot";

import {
    exchangeSignature,
    htmlToText,
    insertBeforeSignature,
    putAside,
    splitQuote,
    textToHtml,
    writtenText,
} from "@crm_mail_accounts/messages_service/mail_body";
import {announcesFile} from "@crm_mail_accounts/mail_client/composer/forgotten_attachment";
import {scheduleTimes} from "@crm_mail_accounts/mail_client/schedule_dialog/schedule_times";

describe.current.tags("headless");

const SIGNATURE =
    '<div class="o_crm_mail_signature" data-sender="a"><div>Laura</div></div>';
const QUOTE =
    '<div class="o_crm_mail_quote_intro">Rosa wrote:</div><blockquote class="o_crm_mail_quote"><p>Old</p></blockquote>';

test("an answer is parted from what it quotes, and both together are the mail", () => {
    const {written, quote} = splitQuote(`<p>New</p>${SIGNATURE}${QUOTE}`);
    expect(written).toBe(`<p>New</p>${SIGNATURE}`);
    expect(quote).toBe(QUOTE);
});

test("what is passed on, or wrapped by another program, stays where it is", () => {
    const forward =
        '<div><br></div><div class="o_crm_mail_quote o_crm_mail_forward">x</div>';
    expect(splitQuote(forward)).toEqual({written: forward, quote: ""});
    const wrapped = `<div>${QUOTE}</div>`;
    expect(splitQuote(wrapped)).toEqual({written: wrapped, quote: ""});
});

test("signatures are exchanged, but one that was removed stays away", () => {
    const before = {key: "a", signature_html: "<div>Laura</div>"};
    const after = {key: "b", signature_html: "<div>Sales</div>"};
    const html = exchangeSignature(`<p>New</p>${SIGNATURE}${QUOTE}`, before, after);
    expect(html).toMatch('data-sender="b"><div>Sales</div></div>');
    expect(html).not.toMatch("Laura");
    expect(exchangeSignature(`<p>New</p>${QUOTE}`, before, after)).not.toMatch("Sales");
    const none = {key: "c", signature_html: ""};
    expect(exchangeSignature(`<p>New</p>${QUOTE}`, none, after)).toMatch(
        /New<\/p><div class="o_crm_mail_signature".*Sales.*Rosa wrote/
    );
});

test("what was written into a signature stays when the sender changes", () => {
    const before = {key: "a", signature_html: "<div>Laura</div>"};
    const after = {key: "b", signature_html: "<div>Sales</div>"};
    const none = {key: "c", signature_html: ""};
    const signed = (inner) =>
        `<p><br></p><div class="o_crm_mail_signature" data-sender="a">${inner}</div>${QUOTE}`;
    expect(exchangeSignature(signed("<div>Yes, on Monday</div>"), none, after)).toMatch(
        /<\/p><div>Yes, on Monday<\/div><div class="o_crm_mail_signature".*Sales.*Rosa wrote/
    );
    const mixed = signed("bare words<div>Laura</div><p>PS: call me</p>");
    const html = exchangeSignature(mixed, before, after);
    expect(html).toMatch(
        /bare words<p>PS: call me<\/p><div class="o_crm_mail_signature"/
    );
    expect(html).not.toMatch("Laura");
    // Nothing to sign with: no empty lines that invite to write in them
    expect(exchangeSignature(signed("<div>Laura</div>"), before, none)).toBe(
        `<p><br></p>${QUOTE}`
    );
});

test("a signature in a quoted mail is not taken for the author's", () => {
    const quoted = `<p>New</p><blockquote class="o_crm_mail_quote">${SIGNATURE}</blockquote>`;
    const after = {key: "b", signature_html: "<div>Sales</div>"};
    const before = {key: "a", signature_html: "<div>Laura</div>"};
    expect(exchangeSignature(quoted, before, after)).toBe(quoted);
});

test("a template comes in front of the signature", () => {
    expect(insertBeforeSignature(`<p>New</p>${SIGNATURE}`, "<p>Dear</p>")).toBe(
        `<p>New</p><p>Dear</p>${SIGNATURE}`
    );
});

test("what the author wrote is neither signature nor quote", () => {
    expect(writtenText(`<p>New</p>${SIGNATURE}${QUOTE}`)).toBe("New");
});

test("HTML reads as text, and text comes back as it was", () => {
    expect(
        htmlToText(
            "<div>One  two<br>three</div><div><br></div><ul><li>a</li><li>b</li></ul><p>p</p><p>q</p><blockquote>c<br>d</blockquote>"
        )
    ).toBe("One two\nthree\n\n- a\n- b\np\n\nq\n\n> c\n> d");
    for (const text of ["a\n  b\n\n\nc <d> & e", "one line", ""]) {
        const back = htmlToText(textToHtml(text));
        expect(back.replace(/\n+/g, "\n")).toBe(text.replace(/\n+/g, "\n"));
    }
});

test("pictures from elsewhere are put aside, but not those of the own signature", () => {
    const logo = '<img src="https://demo.test/logo.png">';
    const html = `<div class="o_crm_mail_signature" data-sender="a">${logo}</div><img src="https://spy.test/x.png"><img src="/web/image/5">`;
    const aside = putAside(html, [{key: "a", signature_html: logo}]);
    expect(aside).toMatch(logo);
    expect(aside).toMatch('data-crm-mail-src="https://spy.test/x.png"');
    expect(aside).toMatch('<img src="/web/image/5">');
    // A mail that only looks like it
    expect(putAside(html, [{key: "a", signature_html: "<p>Laura</p>"}])).not.toMatch(
        ' src="https'
    );
});

test("words that announce a file, in two languages", () => {
    for (const text of [
        "Please find the offer attached.",
        "See attachment",
        "I am enclosing the plans",
        "In allegato il preventivo",
        "Allego i disegni",
        "i file allegati",
        "vi alleghiamo tutto",
    ]) {
        expect(announcesFile(text)).toBe(true, {message: text});
    }
    for (const text of [
        "Heart attack",
        "allegro ma non troppo",
        "Detached house",
        "",
    ]) {
        expect(announcesFile(text)).toBe(false, {message: text});
    }
});

test("times that are proposed lie ahead, and none is there twice", () => {
    const {DateTime} = luxon;
    const names = (iso, last) =>
        scheduleTimes(DateTime.fromISO(iso), last && DateTime.fromISO(last)).map(
            ({name, time}) => `${name} ${time.toFormat("ccc d HH:mm")}`
        );
    // 11 March 2026 is a Wednesday.
    expect(names("2026-03-11T09:01:30")).toEqual([
        "soon Wed 11 11:05",
        "afternoon Wed 11 14:00",
        "tomorrow Thu 12 08:00",
        "monday Mon 16 08:00",
    ]);
    expect(names("2026-03-11T17:00:00")).toEqual([
        "soon Wed 11 19:00",
        "tomorrow Thu 12 08:00",
        "monday Mon 16 08:00",
    ]);
    expect(names("2026-03-15T17:00:00", "2026-03-14T17:00:00")).toEqual([
        "soon Sun 15 19:00",
        "tomorrow Mon 16 08:00",
    ]);
    expect(names("2026-03-16T23:00:00", "2026-03-18T10:30:00")).toEqual([
        "soon Tue 17 01:00",
        "tomorrow Tue 17 08:00",
        "monday Mon 23 08:00",
        "last Wed 18 10:30",
    ]);
    expect(names("2026-03-16T23:00:00", "2026-03-17T08:00:00")).toHaveLength(3);
});
