// The counter's calls to the API of this very site, and what is said where one is refused.
// The words stand in the page, in <template id="words">: no language is known here.

const root = document.getElementById("counter").dataset.root;
const words = new Map(
  [...document.getElementById("words").content.children].map((it) => [it.dataset.word, it.textContent.trim()]),
);

// A rule or the network said no. `about` names the field; asking again is safe where `passes` says so.
export class Refused extends Error {
  constructor({ status = 0, code = "offline", detail = "", about = "" }) {
    super(detail);
    Object.assign(this, { status, code, detail, about });
  }

  get passes() {
    return [0, 401, 429, 500, 502, 503, 504].includes(this.status);
  }
}

export async function call(method, path, body, { key, keepalive = false } = {}) {
  const headers = { accept: "application/json", ...(key && { "idempotency-key": key }) };
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(root + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), keepalive });
  } catch {
    throw new Refused({});
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => ({ code: answer.status >= 500 ? "unavailable" : "" }));
  throw new Refused({ ...problem, status: answer.status });
}

export function word(code, given = {}) {
  return (words.get(code) ?? "").replaceAll(/\{(\w+)\}/g, (_, name) => String(given[name] ?? ""));
}

// In the reader's language where there is a sentence; else as the API says it, in English.
export function sentence(refused) {
  const known = word(`refused/${refused.code}`);
  return { text: known || refused.detail || refused.message, language: known ? "" : "en" };
}

// The focus goes on from a field, unless whoever types went elsewhere while the answer was awaited.
export function lead(from, to) {
  if ([from, document.body].includes(document.activeElement)) to.focus();
}

// Its lines anew; whoever stands on one of them stays there.
export function renew(list, lines) {
  const { id } = list.contains(document.activeElement) ? document.activeElement : {};
  list.replaceChildren(...lines);
  if (id) document.getElementById(id)?.focus();
}

export const said = (text) => {
  document.getElementById("said").textContent = text;
};

const PLACES = {
  name: "name", number: "number", phone: "phone", email: "email", address: "address", born: "born",
  "owner.name": "owner-name", "owner.number": "owner-number", "owner.address": "owner-address", case: "case",
  authorisation: "authorisation", consent: "consent", home_by: "home",
  papers: "papers", reviewed: "resembling", procedure: "procedure", desk: "desk", code: "draft-code",
  charges: "fees", fee: "fees",
};
const OF_FEES = ["evidence", "pieces", "exemption", "dong", "because"];
const OF_CODES = {
  "invalid-phone": "phone", "invalid-email": "email", "invalid-citizen-number": "number", "invalid-passport": "number",
  "invalid-tax-number": "number",
};

const ERROR = ".error[id$='-error']";
const errorsOf = (field) => field.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id)).filter((it) => it?.matches(ERROR));

// What was said of a field, or of the group in which it stands, is over once something else stands in it.
export function pardon(field) {
  for (const it of document.querySelectorAll("[data-described]")) {
    if (it === field || errorsOf(it).some((told) => told.previousElementSibling?.contains(field))) unmark(it);
  }
}

function unmark(field) {
  for (const it of errorsOf(field)) it.remove();
  field.removeAttribute("aria-invalid");
  if (field.dataset.described) field.setAttribute("aria-describedby", field.dataset.described);
  else field.removeAttribute("aria-describedby");
  delete field.dataset.described;
}

export function forgive() {
  for (const it of document.querySelectorAll("[data-described]")) unmark(it);
  document.getElementById("alert").replaceChildren();
  document.getElementById("alert").hidden = true;
}

// Beside the field that it is about, which gets the focus; above everything where it is about none. While somebody
// types, `isAside` leaves the focus where it is.
export function complain(refused, place, isAside = false) {
  complainOfAll([[refused, place]], isAside);
}

// Each with its place, beside its own field; the first of them on the screen gets the focus.
export function complainOfAll(all, isAside = false) {
  forgive();
  const marked = all.map(([refused, place]) => mark(refused, place)).filter(Boolean);
  const [first] = marked.sort((one, other) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  if (!isAside) first?.focus();
}

function mark(refused, place) {
  const { text, language } = sentence(refused);
  const id = place || PLACES[refused.about] || OF_CODES[refused.code] || "";
  const field = document.getElementById(id) || ofFee(refused.about) || ofPaper(refused.about);
  if (!field || field.closest("[hidden]")) return void add(text, language);
  const told = document.createElement("p");
  told.className = "error";
  told.id = `${field.id}-error`;
  told.textContent = text;
  if (language) told.lang = language;
  const target = ["UL", "OL", "DIV"].includes(field.tagName) ? field.querySelector("input, select") || field : field;
  if ("described" in target.dataset) return target; // one thing of a field at a time
  (field.closest(".tick") ?? field).after(told);
  target.dataset.described = target.getAttribute("aria-describedby") ?? "";
  target.setAttribute("aria-describedby", `${target.dataset.described} ${told.id}`.trim());
  if (target.matches("input, select")) target.setAttribute("aria-invalid", "true");
  return target;
}

// The first that is in question: an amount or an evidence that was left empty, else the first that is shown.
function ofFee(about) {
  if (!OF_FEES.includes(about)) return null;
  const shown = [...document.querySelectorAll(`#fees [data-part=${about}] :is(input, select)`)].filter((it) => it.checkVisibility());
  return shown.find((it) => !it.value.trim()) ?? shown[0] ?? document.getElementById("fees");
}

const ofPaper = (about) => (about ? document.querySelector(`[data-about="${CSS.escape(about)}"]`) : null);

export function alarm(text, language) {
  document.getElementById("alert").replaceChildren();
  add(text, language);
}

function add(text, language) {
  const box = document.getElementById("alert");
  box.append(Object.assign(document.createElement("p"), { textContent: text, lang: language || document.documentElement.lang }));
  box.hidden = false;
  box.focus();
}

// A UUID of version 4; crypto.randomUUID is there on https alone.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((it) => it.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
