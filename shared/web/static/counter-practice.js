// The counter's calls where it is practised: what only asks goes to the server, so that the very rules judge; what would
// write, call somebody or look somebody up is answered here. What is not known here is not sent: nothing slips through.

const at = (id) => document.getElementById(id);
const { call: ask, word, said, uuid, Refused } = await import(at("counter").dataset.call);

const ASKS = [/^GET \/procedures\/[^/]+$/, /^POST \/dossiers\/outlook$/, /^POST \/people\/(card|address)$/];
const ABSENT_AFTER = Number(at("counter").dataset.absentAfter); // called again so often, a number is passed over

let ticket = null;
let bill = null;

const ANSWERS = [
  [/^GET \/queue\/at-hand$/, () => ({ mine: [] })],
  [/^POST \/queue\/next$/, next],
  [/^POST \/queue\/tickets\/[^/]+\/recall$/, recall],
  [/^POST \/queue\/tickets\/[^/]+\/absent$/, absent],
  [/^POST \/people\/dossiers$/, () => ({ earlier: [], resembling: [] })],
  [/^POST \/people\/lookup$/, () => refuse("no-registry")],
  [/^PUT \/drafts\/[^/]+$/, () => ({ code: "" })],
  [/^DELETE \/drafts\/[^/]+$/, () => null],
  [/^PUT \/counter\/dossiers\/([^/]+)$/, accepted],
  [/^PUT \/dossiers\/([^/]+)$/, submitted],
  [/^POST \/dossiers\/[^/]+\/supplement-request$/, () => null],
  [/^POST \/dossiers\/[^/]+\/bill\/amounts$/, priced],
  [/^PUT \/dossiers\/[^/]+\/payments\/[^/]+$/, paid],
];

export async function call(method, path, body) {
  const asked = `${method} ${path}`;
  if (ASKS.some((it) => it.test(asked))) return ask(method, path, body);
  const [known, answer] = ANSWERS.find(([it]) => it.test(asked)) ?? [];
  if (!known) throw new Error(`Practice knows no "${asked}": it was not sent.`);
  return answer(body, asked.match(known)[1]);
}

function refuse(code, about = "") {
  throw new Refused({ status: 409, code, about });
}

// --- The queue, by its rules: whoever is called and neither served nor passed over is called again.
function next({ desk }) {
  if (ticket?.state !== "called") ticket = { id: uuid(), number: (ticket?.number ?? 0) + 1, state: "called", wish: "", recalls: 0 };
  return Object.assign(ticket, { desk });
}

function recall() {
  if (ticket.recalls >= ABSENT_AFTER) refuse("called-often");
  ticket.recalls += 1;
  return ticket;
}

function absent() {
  if (ticket.recalls < ABSENT_AFTER) refuse("call-first");
  ticket.state = "absent";
  return ticket;
}

// --- Filing: what the server foretells is what comes of it.
async function judged(filing) {
  const seen = await ask("POST", "/dossiers/outlook", filing);
  const [wrong] = seen.wrong;
  if (wrong) throw new Refused({ ...wrong, status: 422 });
  return seen;
}

function served() {
  if (ticket) ticket.state = "serving";
}

async function accepted(filing, id) {
  const seen = await judged(filing);
  if (seen.missing.length) refuse("papers-missing");
  served();
  bill = { lines: seen.lines, owed: seen.owed, paid: 0 };
  return { id, code: word("no-code"), due_at: seen.due_at, is_slip_due: seen.is_slip_due, owed: seen.owed };
}

async function submitted(filing, id) {
  await judged(filing);
  served();
  return { id, tracking: word("no-code") };
}

function priced({ fee, dong }) {
  const lines = bill.lines.map((it) => (it.fee === fee ? { ...it, due: dong } : it));
  bill = { ...bill, lines, owed: bill.owed + dong };
  return bill;
}

function paid({ dong }) {
  bill = { ...bill, owed: bill.owed - dong, paid: bill.paid + dong };
  return { bill };
}

// --- The cards of the people to practise with, read as a wand reads them; and scans, which are not taken.
document.addEventListener("click", (event) => {
  const { scan, box } = event.target.closest("[data-scan]")?.dataset ?? {};
  if (scan) read(scan, at(box));
  if (!event.target.matches("[type=file]")) return;
  event.preventDefault();
  said(word("no-scan"));
});

function read(card, box) {
  if (at("filing").hidden) return said(word("next-first"));
  if (box.closest("[hidden]")) at("for-other").click();
  box.focus();
  box.value = card;
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
}
