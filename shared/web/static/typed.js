// What was typed into a form that was not taken, because the login had ended (401) or something was away (503): kept in
// this window alone, and put back where its form is shown again. Of the counter's forms only reasons in words are kept,
// never a number. The next page clears it, whichever it is, and an hour ends it. Without this script it is lost.

const KEPT = "typed";
const AN_HOUR = 3_600_000;
const WORDS = /^(words|reason|ground)(-|$)/;
const said = (vi, en) => (document.documentElement.lang === "en" ? en : vi);

function kept() {
  try {
    const it = JSON.parse(sessionStorage.getItem(KEPT));
    if (it && Date.now() - it.at < AN_HOUR) return it;
  } catch {
    // not allowed, or none of ours
  }
  keep(null);
  return null;
}

function keep(it) {
  try {
    if (it) sessionStorage.setItem(KEPT, JSON.stringify(it));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // not allowed: then it is lost, as without this script
  }
}

function keeps(name) {
  if (location.pathname.startsWith("/my")) return true;
  return location.pathname.startsWith("/counter/") && WORDS.test(name);
}

const sentTo = (form) => new URL(form.getAttribute("action") || location.pathname, location.href).pathname;

function putBack(form, fields) {
  for (const it of form.elements) {
    if (!it.name || !keeps(it.name) || it.type === "file" || it.type === "submit") continue;
    const typed = fields.filter(([name]) => name === it.name).map(([, text]) => text);
    if (it.type === "radio" || it.type === "checkbox") it.checked = typed.includes(it.value);
    else if (typed.length) it.value = typed[0];
  }
  const told = Object.assign(document.createElement("p"), { textContent: said("Những gì bạn ghi mà chưa gửi được đã được điền lại. Hãy xem rồi gửi.", "What you typed and could not send is filled in again. Look it over, then send it.") });
  const box = Object.assign(document.createElement("div"), { className: "told", tabIndex: -1 });
  box.setAttribute("role", "status");
  box.append(told);
  form.before(box);
  for (let around = form.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  box.focus();
}

const it = kept();
const refused = document.querySelector("[data-typed]");
const forms = [...document.querySelectorAll("main form[method=post]")];
if (refused && it?.to === location.pathname) {
  refused.hidden = false;
  keep({ ...it, isLost: true });
} else if (!refused) {
  keep(null);
  const form = it?.isLost && forms.find((one) => sentTo(one) === it.to);
  if (form) putBack(form, it.fields);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.target || !forms.includes(form)) return;
  const fields = [...new FormData(form)].filter(([name, text]) => typeof text === "string" && keeps(name));
  if (fields.length) keep({ to: sentTo(form), fields, at: Date.now() });
});
