// The counter screen: one filing from "next, please" to the printed slip, by keyboard and wand alone.
// Nothing personal is kept in the browser: what is typed is saved as a draft on the server, whose id stands in the address.

const here = document.getElementById("counter");
const parts = ["call", "choose", "papers", "people", "fees", "result", "drafts"].map((it) => import(here.dataset[it]));
const [calls, { choosing }, { Papers }, { People }, { Fees, dong }, { Result }, { Drafts }] = await Promise.all(parts);
const { word, said, sentence, complain, complainOfAll, alarm, forgive, pardon, lead, renew, uuid, Refused } = calls;
const isPractice = Boolean(here.dataset.practice);
const { call } = isPractice ? await import(here.dataset.practice) : calls;

const at = (id) => document.getElementById(id);
const SAVED_AFTER = 2_500;
const JUDGED_AFTER = 400;
const DESK = "counter-desk";
const IS_ENGLISH = document.documentElement.lang === "en";
const MOMENT = new Intl.DateTimeFormat(IS_ENGLISH ? "en-GB" : "vi-VN", {
  timeZone: "Asia/Ho_Chi_Minh", weekday: "long", day: "numeric", month: IS_ENGLISH ? "long" : "numeric", year: "numeric",
  hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const CLOCK = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", timeStyle: "short" });
const DAY = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", year: "numeric" });
// As every page writes it: 17:00 Thứ Năm, ngày 10/12/2026.
function moment(iso) {
  const it = Object.fromEntries(MOMENT.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
  const clock = `${it.hour}:${it.minute}`;
  return IS_ENGLISH ? `${clock}, ${it.weekday} ${it.day} ${it.month} ${it.year}` : `${clock} ${it.weekday}, ngày ${it.day}/${it.month}/${it.year}`;
}
const shownDay = (iso) => DAY.format(new Date(iso));

const form = at("filing");
// `spare` is for a draft that is refused under its own id; of its `changes` so many are `kept`, in the draft of that `code`.
const blank = () => ({ id: uuid(), spare: uuid(), code: "", procedure: null, ticket: "", earlier: [], known: [], reviewed: new Set(), missing: [], owed: 0, isSaved: false, changes: 0, kept: 0, isGivenUp: false });
let now = blank();
let ticket = null;
let saving = 0;
let judging = 0;
let judged = 0;
let isBusy = false;
let isFiling = false;
let isWarned = false;

const papers = new Papers(at("papers"), at("paper-line"), { word, said, renew, changed: () => (resemble(), changed()) });
const fees = new Fees(at("fees"), at("fee-line"), { word, changed: () => changed() });
const result = new Result(here.dataset.root, { call, word, uuid, dong });
const drafts = new Drafts({ call, word, sentence, moment, isHere: (id) => id === now.id, open: (id) => goOn(() => call("GET", `/drafts/${id}`)) });
const people = new People({ call, word, said, refused: complain, pardon, lead, changed: () => changed(), met });

const procedures = choosing(at("procedure"), at("procedures"), {
  find: (text) => call("GET", `/procedures/search?q=${encodeURIComponent(text)}`),
  open: (code) => call("GET", `/procedures/${encodeURIComponent(code)}`),
  heard: (count) => said(word(count ? "found" : "none-found", { count })),
  refused: (wrong) => complain(wrong, "procedure"),
  chosen: (procedure) => {
    said(word("chosen", { name: procedure.name }));
    taken(procedure);
    changed();
  },
});

function taken(procedure) {
  take(procedure);
  pardon(at("procedure"));
  lead(at("procedure"), procedure.cases.length ? at("case") : at("card"));
  people.meet();
}

// --- What is asked for
function take(procedure, code = "", handed = []) {
  now.procedure = procedure;
  people.procedure = procedure.code;
  at("procedure").value = procedure.name;
  at("chosen").textContent = `${procedure.code} · ${procedure.field}`;
  at("chosen").hidden = false;
  at("case").replaceChildren(new Option(word("ordinary"), ""), ...procedure.cases.map((it) => new Option(it.name, it.code)));
  at("case").value = code;
  at("case-field").hidden = procedure.cases.length === 0;
  at("no-papers").hidden = true;
  at("home-post").disabled = !procedure.postal_return;
  if (!procedure.postal_return && at("home-post").checked) at("home-counter").checked = true;
  papers.show(procedure, code, handed);
  papers.offer(now.earlier, shownDay);
  fees.show(procedure.fees);
}

function filing() {
  return {
    procedure: now.procedure?.code ?? "",
    case: at("case").value,
    ...people.filed,
    papers: papers.handed,
    charges: fees.charges,
    channel: at("channel").value,
    home_by: form.elements.home.value,
    consent: at("consent").checked,
    ticket: now.ticket,
    reviewed: [...now.reviewed],
  };
}

// --- Who they are, and what they filed before
function met({ earlier, resembling }) {
  now.earlier = earlier;
  now.known = resembling;
  papers.offer(earlier, shownDay);
  at("earlier").hidden = earlier.length === 0;
  at("earlier").querySelector("ul").replaceChildren(...earlier.slice(0, 5).map((it) => line(document.createElement("p"), it)));
  resemble();
}

function line(text, it) {
  const item = document.createElement("li");
  text.append(Object.assign(document.createElement("span"), { lang: "vi", textContent: `${it.name}, ${shownDay(it.submitted_at)} ` }));
  text.append(`(${word(`state/${it.state}`)}) `);
  const link = Object.assign(document.createElement("a"), { href: `/counter/dossiers/${it.id}`, target: "_blank", rel: "noopener" });
  link.textContent = word("look-at", { code: it.code || it.id.slice(0, 8) });
  text.append(link);
  item.append(text);
  return item;
}

// Open dossiers of the same person for the same procedure, or with a scan that is here too.
function resemble() {
  const own = papers.own;
  const twins = now.earlier.filter(
    (it) => !["refused", "stopped", "handed-over"].includes(it.state) && it.papers.some((paper) => paper.scans.some((scan) => own.has(scan))),
  );
  const alike = [...now.known, ...twins.filter((it) => !now.known.some((one) => one.dossier === it.id)).map((it) => ({ dossier: it.id, reason: "same-scans" }))];
  const shown = alike.filter((it) => it.dossier !== now.id);
  at("resembling").hidden = shown.length === 0;
  renew(at("resembling").querySelector("ul"), shown.map(twin));
}

function twin({ dossier, reason }) {
  const it = now.earlier.find((one) => one.id === dossier) ?? { id: dossier, code: "", name: "", state: "submitted", submitted_at: new Date().toISOString() };
  const item = line(document.createElement("p"), it);
  const tick = Object.assign(document.createElement("input"), { type: "checkbox", id: `another-${dossier}`, checked: now.reviewed.has(dossier) });
  const place = Object.assign(document.createElement("p"), { className: "tick" });
  place.append(tick, Object.assign(document.createElement("label"), { htmlFor: tick.id, textContent: `${word("is-another")} (${word(reason)})` }));
  tick.addEventListener("change", () => {
    now.reviewed[tick.checked ? "add" : "delete"](dossier);
    changed();
  });
  item.append(place);
  return item;
}

// --- While it is filled in: saved as a draft, and judged by the server's own rules
function changed() {
  if (result.filed) return;
  now.changes += 1;
  isWarned = now.isGivenUp = false;
  clearTimeout(saving);
  clearTimeout(judging);
  saving = setTimeout(save, SAVED_AFTER);
  judging = setTimeout(judge, JUDGED_AFTER);
}

async function keep(id, how) {
  const mine = now;
  const { changes } = mine;
  const draft = await call("PUT", `/drafts/${id}`, filing(), how);
  mine.kept = Math.max(mine.kept, changes);
  mine.code = draft.code;
  return draft;
}

// Answers why it is not saved, and says it; null where it is.
async function save() {
  const mine = now;
  if (result.filed || isFiling) return null;
  try {
    const draft = await keep(mine.id, { keepalive: true });
    mine.isSaved = true;
    if (result.filed?.id === mine.id) end(mine.id);
    if (mine !== now || result.filed) return null;
    address(mine.id);
    at("saved").textContent = word("saved", { time: CLOCK.format(new Date()), code: draft.code });
    return null;
  } catch (wrong) {
    if (mine === now) at("saved").textContent = sentence(wrong).text;
    return wrong;
  }
}

// The id stays the dossier's, so that what was filed and not answered is filed once.
async function saveApart() {
  try {
    await keep(now.spare);
    return null;
  } catch (wrong) {
    return wrong;
  }
}

// Before another takes its place: what is not filed is saved, or stays on the screen. What is refused for good is a draft
// of its own; where not even that, whoever was told so leaves it.
async function isLeft() {
  while (now.changes !== now.kept && !result.filed) {
    let wrong = await save();
    if (wrong && !wrong.passes) wrong = await saveApart();
    if (!wrong) continue;
    if (now.isGivenUp && !wrong.passes) return true;
    now.isGivenUp = !wrong.passes;
    alarm(`${word(now.isGivenUp ? "unkept" : "unfiled")} ${sentence(wrong).text}`);
    return false;
  }
  return true;
}

// What became a dossier is a draft no more; one that is left ends by itself.
function end(draft) {
  call("DELETE", `/drafts/${draft}`).catch(() => {});
}

const outlook = () => call("POST", "/dossiers/outlook", { ...filing(), charges: fees.sure });

async function judge() {
  const mine = now;
  const asked = (judged += 1);
  if (!mine.procedure || result.filed) return;
  try {
    const seen = await outlook();
    if (mine === now && asked === judged) foretell(seen);
  } catch (wrong) {
    if (!(wrong instanceof Refused)) throw wrong;
    // What is half typed is told when it is filed.
  }
}

function foretell(seen) {
  now.missing = seen.missing;
  now.owed = seen.owed;
  papers.judge(seen.missing);
  const sum = { dong: dong(seen.owed) };
  at("sum").textContent = seen.lines.length ? word(seen.is_known ? "sum" : "sum-unknown", sum) : word("nothing-due");
  at("paid-line").hidden = seen.lines.length === 0;
  at("due").textContent = seen.is_slip_due ? word("due", { when: moment(seen.due_at) }) : word("at-once");
  at("file-words").textContent = word(seen.is_slip_due ? "file-with-slip" : "file-at-once");
}

form.addEventListener("input", (event) => {
  pardon(event.target);
  if (!event.target.matches("#card, #procedure")) changed();
});
form.addEventListener("change", (event) => {
  if (event.target.matches("select, [type=radio], [type=checkbox]")) changed();
});
at("case").addEventListener("change", () => {
  papers.show(now.procedure, at("case").value);
  papers.offer(now.earlier, shownDay);
});

// --- Filing
// On the document, behind upload.js, which holds the form back while a scan is on its way.
document.addEventListener("submit", (event) => {
  if (event.target !== form || event.defaultPrevented) return;
  event.preventDefault();
  event.submitter === at("ask-all") ? askAll() : file();
});

async function file() {
  if (result.filed) return result.isUnfinished ? busy(() => result.finish()) : undefined;
  await busy(async () => (await isReady()) && putIn());
}

const putIn = filed(async () => {
  const slip = await call("PUT", `/counter/dossiers/${now.id}`, filing());
  const [note, print] = slip.is_slip_due ? ["filed-due", "print-slip"] : ["filed-at-once", "print-slip-asked"];
  const said = { title: "filed", code: slip.code, note: word(note, { when: moment(slip.due_at) }), print: [print, "slip.pdf"], isDue: slip.is_slip_due, isOpen: fees.isOpen };
  const priced = fees.amounts.map((it) => () => result.price(it));
  show(slip, said, [...priced, ...(at("paid").checked ? [() => result.pay()] : [])]);
});

const askAll = () => busy(filed(async () => {
  const items = now.missing.map((code) => ({ about: "paper", code, reason: "missing", words: "" }));
  const receipt = await call("PUT", `/dossiers/${now.id}`, filing());
  await call("POST", `/dossiers/${now.id}/supplement-request`, { items }, { key: `${now.id}-all` });
  show(receipt, { title: "asked", code: receipt.tracking, note: word("asked-note"), print: ["print-supplement", "forms/supplement.pdf"], later: dueLater() }, []);
}));

function dueLater() {
  const open = fees.isOpen ? "money-later-open" : now.owed ? "money-later" : "";
  return open && word(open, { dong: dong(now.owed) });
}

// While it is on its way no draft is saved, which would outlive it.
function filed(work) {
  return async () => {
    isFiling = true;
    try {
      await work();
    } catch (wrong) {
      changed(); // no draft was saved meanwhile
      throw wrong;
    } finally {
      isFiling = false;
    }
    await result.finish();
  };
}

function show(it, words, left) {
  clearTimeout(saving);
  form.hidden = true;
  result.show(it, words, left);
  if (ticket) ticket.state = "serving";
  queue();
  if (now.isSaved) end(it.id);
  said("");
  address();
}

// All that can be told before it is filed, at once: what the screen itself sees, and what the rules say.
async function isReady() {
  const wrong = people.hasWrongDay ? [[{ code: "wrong-date", about: "born" }]] : [];
  wrong.push(...fees.wrong(at("paid").checked));
  if (now.procedure) {
    const seen = await outlook();
    foretell(seen);
    wrong.push(...seen.wrong.map((it) => [it]));
    if (seen.missing.length) wrong.push([{ code: "papers-missing" }, papers.firstMissing(seen.missing)?.id]);
  } else {
    wrong.push([{ code: "procedure-not-in-force", about: "procedure" }]);
    if (!at("name").value.trim()) wrong.push([{ code: "name-missing", about: "name" }]);
    if (!at("consent").checked) wrong.push([{ code: "consent-missing", about: "consent" }]);
  }
  at("ask-all-line").hidden = !now.missing.length;
  complainOfAll(wrong);
  return wrong.length === 0;
}

async function busy(work) {
  if (isBusy) return;
  isBusy = true;
  here.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (wrong) {
    await told(wrong instanceof Refused ? wrong : new Refused({ code: "fault", status: 500 }));
    if (!(wrong instanceof Refused)) throw wrong;
  } finally {
    isBusy = false;
    here.removeAttribute("aria-busy");
  }
}

async function told(wrong) {
  at("ask-all-line").hidden = wrong.code !== "papers-missing";
  if (result.filed) return alarm([sentence(wrong).text, result.isUnfinished ? word("again") : ""].join(" "));
  if (wrong.about === "ticket") gone();
  if (wrong.code === "papers-missing") await judge();
  complain(wrong, wrong.code === "papers-missing" ? papers.firstMissing(now.missing)?.id : "");
}

// --- The queue
async function next() {
  const isUnfiled = now.changes > 0 && !result.filed;
  if ((isUnfiled || result.isUnfinished) && !isWarned) {
    isWarned = true;
    return said(word(isUnfiled ? "unfiled" : "unsettled"));
  }
  await busy(async () => {
    if (!(await isLeft())) return;
    const desk = at("desk").value.trim();
    const called = await call("POST", "/queue/next", { desk }).catch(nobody);
    if (!isPractice) localStorage.setItem(DESK, desk);
    begin();
    ticket = called;
    now.ticket = ticket?.id ?? "";
    queue();
    said(ticket ? word("called", ticket) : word("refused/nobody-waits"));
    at("procedure").focus();
    if (/^\d\.\d{6}$/.test(ticket?.wish)) await wished(ticket.wish);
  });
}

// What they said at the machine; what was chosen or typed meanwhile stays.
async function wished(code) {
  const mine = now;
  const procedure = await call("GET", `/procedures/${code}`);
  if (mine === now && !now.procedure && !at("procedure").value) taken(procedure);
}

// Without a queue too, the next dossier begins.
function nobody(wrong) {
  if (wrong.code === "nobody-waits") return null;
  throw wrong;
}

// Whom this clerk called already: after a reload, or in another window, they are at the desk still.
async function atHand() {
  const { mine } = await call("GET", "/queue/at-hand");
  ticket = mine.find((it) => !it.dossiers.length) ?? mine[0] ?? null;
  if (!ticket) return;
  now.ticket = ticket.id;
  at("desk").value = ticket.desk;
  queue();
}

// Filed without a number: nobody of the queue waits at this desk.
function gone() {
  ticket = null;
  now.ticket = "";
  queue();
}

function queue() {
  at("called").textContent = ticket?.number ?? "–";
  at("recall").hidden = at("absent").hidden = ticket?.state !== "called";
}

for (const [id, text] of [["recall", "recalled"], ["absent", "passed"]]) {
  at(id).addEventListener("click", () => busy(async () => {
    const { number } = ticket;
    ticket = await call("POST", `/queue/tickets/${ticket.id}/${id}`);
    id === "absent" ? gone() : queue();
    said(word(text, { number }));
  }));
}

function begin() {
  clearTimeout(saving);
  clearTimeout(judging);
  const left = !result.filed && now.changes === now.kept ? now.code : "";
  at("left").hidden = !left;
  at("left").textContent = left && word("left", { code: left });
  now = blank();
  ticket = null;
  isWarned = false;
  form.reset();
  people.fill({ applicant: { number: "", name: "", phone: "", email: "", address: "", kind: "person", shown: "", language: "vi", prefers: "", born: null } });
  people.procedure = "";
  procedures.forget();
  papers.clear();
  fees.show([]);
  met({ earlier: [], resembling: [] });
  for (const id of ["chosen", "case-field", "ask-all-line", "paid-line"]) at(id).hidden = true;
  for (const id of ["saved", "due"]) at(id).textContent = "";
  at("file-words").textContent = word("file-with-slip");
  at("sum").textContent = word("nothing-due");
  at("no-papers").hidden = false;
  result.clear();
  form.hidden = false;
  address();
  forgive();
  queue();
  drafts.show();
}

// --- Drafts. All that one needs is fetched first, and stands on the screen at once: from then on it is the clerk's, whatever
// is answered later. A draft may be resumed when the number with which it was begun is long done.
async function resume(draft) {
  const { filing: it } = draft;
  const called = ticket?.id ?? it.ticket;
  const [procedure, hand] = await Promise.all([
    it.procedure ? call("GET", `/procedures/${encodeURIComponent(it.procedure)}`) : null,
    called ? call("GET", "/queue/at-hand") : { mine: [] },
  ]);
  if (!(await isLeft())) return false;
  begin();
  now.id = draft.id;
  now.isSaved = true;
  now.code = draft.code;
  now.reviewed = new Set(it.reviewed);
  ticket = hand.mine.find((one) => one.id === called) ?? null;
  now.ticket = ticket?.id ?? "";
  queue();
  if (procedure) take(procedure, it.case, it.papers);
  people.fill(it);
  fees.fill(it.charges);
  form.elements.home.value = it.home_by;
  at("channel").value = it.channel === "post" ? "post" : "direct";
  at("consent").checked = it.consent;
  address(draft.id);
  said(word("resumed"));
  people.meet();
  judge();
  return true;
}

at("opening").addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = { code: at("draft-code").value.trim(), last_four: at("draft-four").value.trim() };
  goOn(() => call("POST", "/drafts/opening", asked));
});

// With the draft that is asked for, once what stands on the screen is left.
function goOn(asked) {
  busy(async () => {
    if (!(await isLeft())) return;
    if (!(await resume(await asked()))) return;
    at("opening").reset();
    at("procedure").focus();
  });
}

// --- Keys. Enter goes to the next field and never files: a wand presses it after all that it reads.
document.addEventListener("keydown", (event) => {
  if (event.key === "F2") next();
  else if (event.key === "F9") result.filed ? file() : form.requestSubmit();
  else if (event.key === "Enter" && event.target.matches("#filing input:not([type=file]), #filing select")) onward(event.target);
  else return;
  event.preventDefault();
});
at("next").addEventListener("click", next);
at("take").addEventListener("click", () => busy(() => result.take()));

function onward(from) {
  const fields = [...form.querySelectorAll("input, select, button, summary")].filter((it) => !it.disabled && it.type !== "hidden" && it.checkVisibility());
  fields[fields.indexOf(from) + 1]?.focus();
}

// The draft stands in the address, and goes along when the language is switched.
function address(draft) {
  if (isPractice) return;
  history.replaceState(null, "", draft ? `/counter?draft=${draft}` : "/counter");
  const other = document.querySelector("a[hreflang]");
  other.href = `?${new URLSearchParams({ ...(draft && { draft }), lang: other.hreflang })}`;
}

for (const it of ["online", "pagehide"]) {
  addEventListener(it, () => {
    if (now.changes && !result.filed) save();
  });
}

at("desk").value = localStorage.getItem(DESK) || "1";
const draft = isPractice ? null : new URLSearchParams(location.search).get("draft");
people.box("");
if (draft) await busy(async () => resume(await call("GET", `/drafts/${encodeURIComponent(draft)}`)));
if (!ticket) await busy(atHand);
if (document.activeElement === document.body) at("next").focus({ preventScroll: true });
here.dataset.ready = "true";
