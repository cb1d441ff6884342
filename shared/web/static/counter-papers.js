// The checklist: one line for each paper of the case, its pieces, its scans, and scans of earlier dossiers to use again.

const FORMS = ["originals", "copies", "electronic"];

export class Papers {
  // `changed()` hears of every tick; `word` gives the sentences.
  constructor(list, template, { word, changed, said, renew }) {
    Object.assign(this, { list, template, word, changed, said, renew, lines: [] });
    list.addEventListener("keydown", (event) => this.key(event));
  }

  // The papers of one case. What was ticked on a line that stays is kept; scans on a line that goes are let go.
  show(procedure, code, handed = []) {
    const asked = procedure.papers.filter((it) => !it.cases.length || it.cases.includes(code || "ordinary"));
    const before = new Map(this.lines.filter((it) => it.procedure === procedure.code).map((it) => [it.paper.code, it]));
    this.lines = asked.map((paper) => before.get(paper.code) ?? this.line(paper, procedure.code));
    this.list.replaceChildren(...this.lines.map((it) => it.element));
    if (handed.length) this.fill(handed);
    document.dispatchEvent(new Event("papers:look"));
  }

  clear() {
    this.lines = [];
    this.list.replaceChildren();
    document.dispatchEvent(new Event("papers:look"));
  }

  line(paper, procedure) {
    const element = this.template.content.firstElementChild.cloneNode(true);
    const line = { paper, procedure, element, reused: null, looks: [] };
    const [tick, name, hint] = [".tick input", ".tick label", ".hint"].map((it) => element.querySelector(it));
    tick.id = `paper-${paper.code}`;
    name.htmlFor = tick.id;
    name.textContent = paper.name;
    hint.textContent = this.needs(paper);
    element.dataset.about = paper.code;
    element.querySelector(".counts").setAttribute("aria-label", paper.name);
    for (const form of FORMS) element.querySelector(`[data-count=${form}]`).addEventListener("input", () => this.counted(line));
    tick.addEventListener("change", () => this.ticked(line));
    this.box(line);
    return line;
  }

  box(line) {
    const box = line.element.querySelector(".upload");
    const [label, file, digests] = [box.querySelector("label"), ...box.querySelectorAll("input")];
    box.dataset.procedure = line.procedure;
    file.id = `scan-${line.paper.code}`;
    digests.name = file.id;
    label.htmlFor = file.id;
    label.append(Object.assign(document.createElement("span"), { className: "hidden", textContent: `: ${line.paper.name}`, lang: "vi" }));
    box.addEventListener("papers:uploaded", () => {
      if (!this.pieces(line)) this.required(line);
      this.said(this.word("scanned", { name: line.paper.name }));
      this.changed();
    });
    box.addEventListener("papers:removed", () => this.changed());
    box.addEventListener("papers:failed", (event) => this.said(this.word("not-scanned", { sentence: event.detail.sentence })));
  }

  needs(paper) {
    const counts = FORMS.filter((it) => paper[it]).map((it) => this.word(it, { n: paper[it] }));
    const told = `${this.word("needs")} ${counts.join(" · ")}`;
    return [told, paper.required || paper.when ? "" : `(${this.word("optional")})`, paper.when].filter(Boolean).join(" ");
  }

  input(line, form) {
    return line.element.querySelector(`[data-count=${form}]`);
  }

  pieces(line) {
    return FORMS.reduce((sum, form) => sum + (Number(this.input(line, form).value) || 0), 0);
  }

  required(line) {
    const { originals, copies, electronic } = line.paper;
    const onPaper = originals + copies > 0;
    this.set(line, onPaper ? { originals, copies, electronic: 0 } : { originals: 0, copies: 0, electronic });
  }

  set(line, counts) {
    for (const form of FORMS) this.input(line, form).value = counts[form] || "";
    line.element.querySelector(".tick input").checked = this.pieces(line) > 0 || Boolean(line.reused);
  }

  ticked(line) {
    if (line.element.querySelector(".tick input").checked) this.required(line);
    else {
      line.reused = null;
      for (const it of line.element.querySelectorAll(".reuse input")) it.checked = false;
      line.looks.forEach((it) => it());
      this.set(line, {});
    }
    this.changed();
  }

  counted(line) {
    line.element.querySelector(".tick input").checked = this.pieces(line) > 0 || Boolean(line.reused);
    this.changed();
  }

  // On a line's own tick: a number counts its pieces, Enter opens the scans, the arrows go from line to line.
  key(event) {
    const tick = event.target;
    if (!tick.matches(".paper > .tick input") || event.ctrlKey || event.altKey || event.metaKey) return;
    const place = this.lines.findIndex((it) => it.element.contains(tick));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.lines[place + step]?.element.querySelector(".tick input").focus();
    else if (event.key === "Enter") this.lines[place].element.querySelector("input[type=file]").click();
    else if (/^\d$/.test(event.key)) this.number(this.lines[place], Number(event.key));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  number(line, count) {
    const { originals, copies } = line.paper;
    const form = originals ? "originals" : copies ? "copies" : "electronic";
    this.input(line, form).value = count || "";
    this.counted(line);
  }

  // Scans of the same paper in earlier dossiers of the same person.
  offer(earlier, day) {
    for (const line of this.lines) {
      const held = earlier.flatMap((it) => it.papers.filter((paper) => paper.code === line.paper.code).map((paper) => ({ ...paper, from: it })));
      const offers = line.paper.electronic ? held.slice(0, 3) : [];
      const box = line.element.querySelector(".reuse");
      line.looks = [];
      box.hidden = offers.length === 0;
      this.renew(box, offers.map((it) => this.offered(line, it, day)));
    }
  }

  offered(line, held, day) {
    const place = document.createElement("p");
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", id: `reuse-${line.paper.code}-${held.from.id}` });
    const text = this.word("reuse", { day: day(held.from.submitted_at) });
    place.className = "tick";
    tick.checked = line.reused?.reused_from === held.from.id;
    place.append(tick, Object.assign(document.createElement("label"), { htmlFor: tick.id, textContent: text }));
    const pictures = document.createElement("span");
    const look = () => pictures.replaceChildren(...(tick.checked ? held.scans.map((it) => this.picture(it, held.from.id)) : []));
    line.looks.push(look);
    place.append(pictures);
    look();
    tick.addEventListener("change", () => {
      for (const it of line.element.querySelectorAll(".reuse input")) if (it !== tick) it.checked = false;
      line.looks.forEach((it) => it());
      line.reused = tick.checked ? { electronic: line.paper.electronic, scans: held.scans, reused_from: held.from.id } : null;
      this.counted(line);
    });
    return place;
  }

  // What is used again is looked at; that is logged.
  picture(scan, dossier) {
    const source = `${document.getElementById("counter").dataset.root}/papers/${scan}/thumbnail?reused_from=${dossier}`;
    const it = Object.assign(document.createElement("img"), { alt: this.word("first-page"), width: 96, src: source });
    it.addEventListener("error", () => it.remove()); // some kinds have none
    return it;
  }

  scans(line) {
    return line.element.querySelector("input[type=hidden]").value.split(" ").filter(Boolean);
  }

  // As a filing has them.
  get handed() {
    return this.lines.flatMap((line) => {
      const code = line.paper.code;
      const counts = Object.fromEntries(FORMS.map((it) => [it, Number(this.input(line, it).value) || 0]));
      const scans = this.scans(line);
      const own = this.pieces(line) || scans.length ? [{ code, ...counts, scans }] : [];
      return line.reused ? [...own, { code, ...line.reused }] : own;
    });
  }

  get own() {
    return new Set(this.lines.flatMap((it) => this.scans(it)));
  }

  // As a draft had them; before the boxes are looked at, so that they show the scans.
  fill(handed) {
    for (const line of this.lines) {
      const mine = handed.filter((it) => it.code === line.paper.code);
      line.reused = mine.find((it) => it.reused_from) ?? null;
      const own = mine.filter((it) => !it.reused_from);
      const sum = (form) => own.reduce((total, it) => total + it[form], 0);
      line.element.querySelector("input[type=hidden]").value = own.flatMap((it) => it.scans).join(" ");
      this.set(line, { originals: sum("originals"), copies: sum("copies"), electronic: sum("electronic") });
    }
  }

  judge(missing) {
    for (const line of this.lines) {
      const flag = line.element.querySelector(".flag");
      const lacks = missing.includes(line.paper.code);
      const has = this.pieces(line) > 0 || line.reused;
      flag.hidden = !lacks && !has;
      flag.textContent = this.word(lacks ? "lacking" : "enough");
      line.element.classList.toggle("lacking", lacks);
    }
  }

  firstMissing(missing) {
    return this.lines.find((it) => missing.includes(it.paper.code))?.element.querySelector(".tick input") ?? null;
  }
}
