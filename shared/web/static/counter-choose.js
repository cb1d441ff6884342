// A combobox (ARIA 1.2) over the catalogue: a few letters without marks, arrows, Enter; or a leaflet's QR by the wand.

const CODE = /\b\d\.\d{6}\b/;
const NUMBER = /\d{9}/;
const SHORTEST = 2;
const PATIENCE = 150;

// `find(text)` answers procedures, `open(code)` one by its code; `chosen(procedure)` hears what was taken.
// Answers `forget()`: what was asked for until then is taken no more.
export function choosing(input, list, { find, open, chosen, heard, refused }) {
  let found = [];
  let active = -1;
  let asked = 0;
  let opened = 0;
  let waiting = 0;
  let looking = Promise.resolve();

  const show = (procedures) => {
    found = procedures;
    active = -1;
    list.replaceChildren(...procedures.map(option));
    list.hidden = procedures.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  };

  const option = (procedure, place) => {
    const line = document.createElement("li");
    Object.assign(line, { id: `procedure-${place}`, textContent: procedure.name, lang: "vi" });
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.append(Object.assign(document.createElement("small"), { textContent: ` ${procedure.code} · ${procedure.field}` }));
    line.addEventListener("pointerdown", (event) => event.preventDefault());
    line.addEventListener("click", () => take(procedure));
    return line;
  };

  const mark = (place) => {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = (place + found.length) % found.length;
    const line = list.children[active];
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", line.id);
  };

  const forget = () => {
    clearTimeout(waiting);
    asked += 1;
    opened += 1;
    show([]);
  };

  const take = (procedure) => {
    forget();
    input.value = procedure.name;
    chosen(procedure);
  };

  const look = async () => {
    clearTimeout(waiting);
    const mine = (asked += 1);
    const text = input.value.trim();
    if (text.length < SHORTEST || text.includes("|") || NUMBER.test(text)) return show([]); // a card or a person's number is in no address
    try {
      const procedures = await find(text);
      if (mine !== asked) return;
      show(procedures);
      heard(procedures.length);
    } catch (wrong) {
      if (mine === asked) refused(wrong);
    }
  };

  const enter = async () => {
    const code = input.value.match(CODE)?.[0];
    if (active >= 0) return take(found[active]);
    if (!code) {
      await (list.hidden ? (looking = look()) : looking);
      return found[0] && take(found[0]);
    }
    const mine = (opened += 1);
    const text = input.value;
    const isStill = () => mine === opened && input.value === text;
    try {
      const procedure = await open(code);
      if (isStill()) take(procedure);
    } catch (wrong) {
      if (isStill()) refused(wrong);
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (looking = look()), PATIENCE);
  });
  input.addEventListener("blur", () => {
    if (document.activeElement !== input) show([]); // else only the window was left
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) mark(active < 0 && step < 0 ? found.length - 1 : active + step);
    else if (event.key === "Enter") enter();
    else if (event.key === "Escape" && !list.hidden) show([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return { forget };
}
