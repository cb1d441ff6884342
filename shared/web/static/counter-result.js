// What was filed, and what follows it: money, the ticket, the end of its draft. Each may be done again without harm.

const at = (id) => document.getElementById(id);
// Where it is practised there is nothing to open, and no such link.
const leads = (id, address) => document.querySelector(`a#${id}`)?.setAttribute("href", address);

export class Result {
  constructor(root, { call, word, uuid, dong }) {
    Object.assign(this, { root, call, word, uuid, dong });
    this.clear();
  }

  // Nothing is filed yet.
  clear() {
    Object.assign(this, { filed: null, left: [], owed: 0, paid: 0, later: "", isOpen: false, payment: this.uuid() });
    at("result").hidden = true;
  }

  get isUnfinished() {
    return this.left.length > 0;
  }

  // `left` are the steps that follow; `print` is a word and the address of the form, which is handed over where it
  // `isDue`, and else printed for who asks; `isOpen`: an amount is not known; `later` says what its acceptance costs.
  show(filed, { title, code, note, print: [text, form], isDue = true, isOpen = false, later = "" }, left) {
    Object.assign(this, { filed, left, isOpen, later, owed: filed.owed ?? 0 });
    at("result-title").textContent = this.word(title);
    at("result-code").textContent = code;
    at("result-due").textContent = note;
    at("print").textContent = this.word(text);
    at("print").classList.toggle("quiet", !isDue);
    leads("print", `${this.root}/dossiers/${filed.id}/${form}`);
    leads("open", `/counter/dossiers/${filed.id}`);
    leads("open-money", `/counter/cash/${filed.id}`);
    this.money();
    at("result").hidden = false;
    at(isDue ? "print" : "result").focus();
  }

  // A step that fails stays, and is tried again; after one that is refused for good the rest is done on the bill.
  async finish() {
    try {
      while (this.isUnfinished) {
        await this.left[0]();
        this.left.shift();
      }
    } catch (wrong) {
      if (wrong.passes === false) this.left = [];
      throw wrong;
    } finally {
      this.money();
    }
  }

  async price(amount) {
    const key = `${this.filed.id}-${amount.fee}`;
    const { owed, lines } = await this.call("POST", `/dossiers/${this.filed.id}/bill/amounts`, amount, { key });
    Object.assign(this, { owed, isOpen: lines.some((it) => it.due === null) });
  }

  async pay() {
    if (!this.owed) return;
    const dossier = `/dossiers/${this.filed.id}`;
    const paid = { dong: this.owed, stage: 1 };
    const { bill } = await this.call("PUT", `${dossier}/payments/${this.payment}`, paid).catch(async (wrong) => {
      if (wrong.code !== "nothing-to-pay") throw wrong;
      return { bill: await this.call("GET", `${dossier}/bill`) }; // it was paid in another window
    });
    Object.assign(this, { owed: bill.owed, paid: bill.paid });
  }

  // What was still owed was paid after all.
  async take() {
    this.left.push(() => this.pay());
    await this.finish();
    at("result").focus();
  }

  money() {
    const owed = this.owed ? this.word("money-owed", { dong: this.dong(this.owed) }) : "";
    const paid = this.paid ? this.word("money-paid", { dong: this.dong(this.paid) }) : "";
    const open = this.isOpen ? this.word("money-open") : "";
    at("result-money").textContent = [paid, owed, this.later, open].filter(Boolean).join(" ") || this.word("money-none");
    at("take").hidden = !this.owed || this.isOpen || this.isUnfinished;
    at("open-money")?.toggleAttribute("hidden", !this.owed && !this.isOpen && !this.paid);
  }
}
