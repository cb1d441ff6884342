// The clerk's own drafts, to go on with. They need no code and no digits: who has neither number nor phone is found here.

const at = (id) => document.getElementById(id);

export class Drafts {
  // `isHere(id)` tells the one on the screen, which is not listed; `open(id)` goes on with another.
  constructor({ call, word, sentence, moment, isHere, open }) {
    Object.assign(this, { call, word, sentence, moment, isHere, open, asked: 0 });
    this.box = at("own-drafts").closest("details");
    this.box.addEventListener("toggle", () => this.show());
  }

  // As they are now, where somebody looks. A slower answer to an older question is left.
  async show() {
    if (!this.box.open) return;
    const mine = (this.asked += 1);
    let [lines, told] = [[], this.word("no-drafts")];
    try {
      const all = await this.call("GET", "/drafts");
      lines = all.filter((it) => !this.isHere(it.id)).map((it) => this.line(it));
    } catch (wrong) {
      told = this.sentence(wrong).text;
    }
    if (mine !== this.asked) return;
    at("no-drafts").textContent = lines.length ? "" : told;
    at("own-drafts").replaceChildren(...lines);
  }

  line(draft) {
    const element = at("draft-line").content.firstElementChild.cloneNode(true);
    const part = (name) => element.querySelector(`[data-part=${name}]`);
    const typed = (name, text, none) => Object.assign(part(name), text ? { textContent: text, lang: "vi" } : { textContent: this.word(none) });
    part("code").textContent = draft.code;
    typed("who", draft.filing.applicant.name, "no-name");
    typed("what", draft.name || draft.filing.procedure, "no-procedure");
    part("when").textContent = this.word("draft-saved", { when: this.moment(draft.saved_at) });
    element.querySelector("button").addEventListener("click", () => this.open(draft.id));
    return element;
  }
}
