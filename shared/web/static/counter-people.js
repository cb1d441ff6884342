// Who files, and for whom: the card by the wand, the fields by hand, what they filed before.

const at = (id) => document.getElementById(id);
const CARD = /\d{12}\|[^|]*\|[^|]*\|.*$/; // as its QR has it; what stood in the field before stays there
const PLAIN = ["number", "name", "phone", "email", "address", "address_today", "kind", "shown", "language", "prefers"];
const OWNERS = ["number", "name", "kind", "shown", "address"];

// 01/02/1990 or 01021990 as 1990-02-01; empty where it is no day.
export function day(text) {
  const [, d, m, y] = text.trim().match(/^(\d{1,2})\D?(\d{1,2})\D?(\d{4})$/) ?? [];
  const read = d && new Date(Date.UTC(y, m - 1, d));
  const isDay = read && read.getUTCDate() === Number(d) && read.getUTCMonth() === m - 1;
  return isDay ? read.toISOString().slice(0, 10) : "";
}

export const shownDay = (iso) => (iso ? iso.slice(0, 10).split("-").reverse().join("/") : "");

export class People {
  constructor({ call, word, said, refused, pardon, lead, changed, met }) {
    Object.assign(this, { call, word, said, refused, pardon, lead, changed, met, prefilled: [], unseen: {}, asked: 0, filing: 0 });
    document.addEventListener("keydown", (event) => this.wand(event), true);
    at("for-other").addEventListener("change", () => this.open());
    at("number").addEventListener("change", () => this.guess(at("number"), at("kind"), at("shown")));
    at("owner-number").addEventListener("change", () => this.guess(at("owner-number"), at("owner-kind"), at("owner-shown")));
    for (const id of ["number", "kind", "shown", "owner-number", "owner-kind", "owner-shown", "for-other"]) at(id).addEventListener("change", () => this.meet());
    for (const id of ["name", "address"]) at(id).addEventListener("input", () => this.typed(id));
    at("address").addEventListener("change", () => this.todays());
    at("lookup")?.addEventListener("click", () => this.lookup());
  }

  // A wand types what it reads, wherever the cursor stands, and presses Enter.
  wand(event) {
    const box = event.target;
    if (event.key !== "Enter" || at("filing").hidden || !box.matches?.("input:not([type=file], [type=radio], [type=checkbox])")) return;
    const [card] = box.value.match(CARD) ?? [];
    const text = card ?? (box.id === "card" || box.value.includes("|") ? box.value.trim() : "");
    if (!text) return;
    event.preventDefault();
    event.stopPropagation();
    box.value = card ? box.value.slice(0, -card.length) : box.value;
    const read = box.id === "owner-number" ? this.ownersCard(text) : this.card(text, box);
    const mine = this.filing;
    read.catch((wrong) => {
      if (mine !== this.filing) return;
      this.refused(wrong, box.id);
      box.select(); // the next scan takes its place
    });
  }

  // What is answered when another filing has begun is not for that one.
  async card(text, box) {
    const mine = this.filing;
    const card = await this.call("POST", "/people/card", { text });
    if (mine !== this.filing) return;
    if (box.id === "card") box.value = "";
    at("kind").value = "person";
    at("shown").value = "";
    at("number").value = card.number;
    at("name").value = card.name;
    at("born").value = shownDay(card.born);
    at("address").value = card.address;
    at("address_today").value = card.address_today;
    this.prefilled = [];
    this.read(card, ["card", "number", "name", "born", "address"]);
    this.lead(box, at(this.procedure ? "phone" : "procedure"));
  }

  async ownersCard(text) {
    const mine = this.filing;
    const card = await this.call("POST", "/people/card", { text });
    if (mine !== this.filing) return;
    at("owner-number").value = card.number;
    at("owner-name").value = card.name;
    at("owner-address").value = card.address;
    at("owner-kind").value = "person";
    at("owner-shown").value = "";
    this.read(card, ["owner-number", "owner-name", "owner-address"]);
    this.lead(at("owner-number"), at("ground"));
  }

  read(card, filled) {
    for (const id of filled) this.pardon(at(id));
    this.said(this.word("card-read", { name: card.name }));
    this.changed();
    this.meet();
  }

  async lookup() {
    const mine = this.filing;
    try {
      const asked = { number: at("number").value.trim(), born: day(at("born").value), name: at("name").value.trim() };
      if (!asked.born) return this.refused({ code: "wrong-date", about: "born" });
      const found = await this.call("POST", "/people/lookup", asked);
      if (mine !== this.filing) return;
      at("name").value = found.name;
      if (found.address) {
        at("address").value = found.address;
        this.todays();
      }
      this.prefilled = found.prefilled;
      this.said(this.word("registry-read"));
      this.changed();
    } catch (wrong) {
      if (mine === this.filing) this.refused(wrong);
    }
  }

  // The same in the units since July 2025: a help, so where it cannot be had the field stays empty.
  async todays() {
    const mine = this.filing;
    const text = at("address").value.trim();
    const was = at("address_today").value;
    const found = text ? await this.call("POST", "/people/address", { text }).catch(() => null) : null;
    if (mine !== this.filing) return;
    if (at("address").value.trim() === text && at("address_today").value === was) at("address_today").value = found?.today ?? "";
    this.changed();
  }

  typed(field) {
    this.prefilled = this.prefilled.filter((it) => it.field !== `applicant.${field}`);
  }

  open() {
    at("other").hidden = !at("for-other").checked;
    this.changed();
  }

  // What applicant and owner filed before, for the procedure at hand. A slower answer to an older question is left.
  async meet() {
    const mine = (this.asked += 1);
    const { applicant, owner } = this.filed;
    const both = [applicant, owner].filter((it) => it?.number && !it.number.includes("|"));
    try {
      const known = await Promise.all(both.map(({ number, kind, shown = "" }) => this.call("POST", "/people/dossiers", { number, kind, shown, procedure: this.procedure ?? "" })));
      if (mine !== this.asked) return;
      const once = (all, name) => [...new Map(all.map((it) => [it[name], it])).values()];
      this.met({ earlier: once(known.flatMap((it) => it.earlier), "id"), resembling: once(known.flatMap((it) => it.resembling), "dossier") });
    } catch (wrong) {
      if (mine === this.asked) this.refused(wrong, "", true);
    }
  }

  // A number tells what it is of, where it can be of one thing only.
  guess(number, kind, shown) {
    const isTax = /^\d{10}(-?\d{3})?$/.test(number.value.trim());
    if (isTax && kind.value === "person") kind.value = "organisation";
    if (shown && kind.value === "person") shown.value = /^[a-z]/i.test(number.value.trim()) ? "passport" : "";
  }

  get applicant() {
    return { ...Object.fromEntries(PLAIN.map((id) => [id, at(id).value.trim()])), born: day(at("born").value) || null };
  }

  // Raises nothing: what is wrong the server says.
  get filed() {
    const isOther = at("for-other").checked;
    const owner = Object.fromEntries(OWNERS.map((it) => [it, at(`owner-${it}`).value.trim()]));
    const scan = document.querySelector("[name=scan-authorisation]")?.value.split(" ")[0] ?? "";
    return {
      applicant: this.applicant,
      owner: isOther ? { ...this.alongside(owner), ...owner } : null,
      authorisation: isOther ? { ground: at("ground").value, number: at("authorisation").value.trim(), scan } : null,
      prefilled: this.prefilled,
    };
  }

  // What an opened draft says of the same owner and this screen does not show.
  alongside(owner) {
    const isSame = this.unseen.number === owner.number && (owner.number || this.unseen.name === owner.name);
    const kept = isSame ? this.unseen : {};
    return kept.address === owner.address ? kept : { ...kept, address_today: "" };
  }

  get hasWrongDay() {
    return at("born").value.trim() !== "" && !day(at("born").value);
  }

  fill({ applicant, owner, authorisation, prefilled }) {
    this.filing += 1;
    this.asked += 1;
    for (const id of PLAIN) at(id).value = applicant[id] ?? "";
    at("born").value = shownDay(applicant.born);
    for (const it of OWNERS) at(`owner-${it}`).value = owner?.[it] ?? (it === "kind" ? "person" : "");
    this.unseen = owner ?? {};
    at("ground").value = authorisation?.ground ?? "power-of-attorney";
    at("authorisation").value = authorisation?.number ?? "";
    at("for-other").checked = Boolean(owner);
    at("other").hidden = !owner;
    this.prefilled = prefilled ?? [];
    this.box(authorisation?.scan ?? "");
  }

  // A new box each time: one that was used shows what was sent with it.
  box(scan) {
    const box = at("authorisation-box").content.firstElementChild.cloneNode(true);
    box.querySelector("input[type=hidden]").value = scan;
    at("authorisation-scan").replaceChildren(box);
    document.dispatchEvent(new Event("papers:look"));
  }
}
