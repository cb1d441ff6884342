// Fees: pieces, exemptions with their evidence, amounts that the catalogue does not know. The server does the sums.

const PARTS = ["pieces", "exemption", "evidence", "dong", "because"];

const WRITTEN = /^(\d{1,3}(([.,\s])\d{3}(\3\d{3})*)?|\d+)$/; // as the server reads it on the other pages
const AMOUNT = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en" : "vi-VN");
export const dong = (amount) => AMOUNT.format(amount);
const amountOf = (input) => Number(input.value.replaceAll(/\D/g, ""));

export class Fees {
  constructor(list, template, { word, changed }) {
    Object.assign(this, { list, template, word, changed, lines: [] });
  }

  show(fees) {
    this.lines = fees.map((it) => this.line(it));
    this.list.replaceChildren(...this.lines.map((it) => it.element));
  }

  line(fee) {
    const element = this.template.content.firstElementChild.cloneNode(true);
    const part = Object.fromEntries(PARTS.map((it) => [it, element.querySelector(`[data-part=${it}]`)]));
    const input = Object.fromEntries(PARTS.map((it) => [it, part[it].querySelector("input, select")]));
    element.querySelector("strong").textContent = fee.name;
    element.querySelector(".unit").textContent =
      fee.amount === null ? this.word("unknown-amount") : this.word(`per/${fee.per}`, { dong: dong(fee.amount) });
    for (const it of PARTS) {
      input[it].id = `fee-${fee.code}-${it}`;
      part[it].querySelector("label").htmlFor = input[it].id;
      input[it].addEventListener(it === "exemption" ? "change" : "input", () => this.changed());
    }
    part.pieces.hidden = fee.per === "dossier";
    part.exemption.hidden = fee.exemptions.length === 0;
    part.dong.hidden = part.because.hidden = fee.amount !== null;
    for (const it of fee.exemptions) input.exemption.append(new Option(it.reason, it.code));
    const toggled = () => {
      part.evidence.hidden = !input.exemption.value;
    };
    input.exemption.addEventListener("change", toggled);
    return { fee, element, input, toggled };
  }

  // As a filing has them.
  get charges() {
    return this.lines.map(({ fee, input }) => ({
      fee: fee.code,
      pieces: Number(input.pieces.value) || 1,
      exemption: input.exemption.value,
      evidence: input.exemption.value ? input.evidence.value.trim() : "",
    }));
  }

  // The same, as far as it can be reckoned: an exemption counts once its evidence is named.
  get sure() {
    return this.charges.map((it) => (it.evidence ? it : { ...it, exemption: "" }));
  }

  // Those of which the catalogue knows no amount and of which nobody is freed.
  get open() {
    return this.lines.filter(({ fee, input }) => fee.amount === null && !input.exemption.value);
  }

  get entered() {
    return this.open.filter(({ input }) => input.dong.value.trim());
  }

  // What is wrong with the amounts, each with the id of its field; `isPaid`: all of it is said to have been taken.
  wrong(isPaid) {
    return this.open.flatMap(({ input: { dong, because } }) => {
      if (!dong.value.trim()) return isPaid ? [[{ code: "amount-unknown" }, dong.id]] : [];
      const isAmount = WRITTEN.test(dong.value.trim());
      const wrong = !isAmount ? "no-amount" : amountOf(dong) ? "" : "wrong-amount";
      return [...(wrong ? [[{ code: wrong }, dong.id]] : []), ...(because.value.trim() ? [] : [[{ code: "no-resolution" }, because.id]])];
    });
  }

  // Amounts that were entered: they go to the bill once the dossier has one.
  get amounts() {
    return this.entered.map(({ fee, input }) => ({ fee: fee.code, dong: amountOf(input.dong), because: input.because.value.trim() }));
  }

  // Whether a fee has no amount, or one that stands on no bill yet.
  get isOpen() {
    return this.open.length > 0;
  }

  fill(charges) {
    for (const { fee, input, toggled } of this.lines) {
      const said = charges.find((it) => it.fee === fee.code);
      if (!said) continue;
      input.pieces.value = said.pieces;
      input.exemption.value = said.exemption;
      input.evidence.value = said.evidence;
      toggled();
    }
  }
}
