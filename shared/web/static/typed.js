// What was typed into a form of /my whose login had ended: kept in this window alone, and put back after the next login.
// The next page clears it, whichever it is, and an hour ends it. Without this script it is lost.

const KEPT = "typed";
const AN_HOUR = 3_600_000;
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

function putBack(form, fields) {
  for (const it of form.elements) {
    if (!it.name || it.type === "file" || it.type === "submit") continue;
    const typed = fields.filter(([name]) => name === it.name).map(([, text]) => text);
    if (it.type === "radio" || it.type === "checkbox") it.checked = typed.includes(it.value);
    else if (typed.length) it.value = typed[0];
  }
  const told = Object.assign(document.createElement("p"), { textContent: said("Những gì bạn ghi trước khi đăng nhập lại đã được điền lại. Hãy xem rồi gửi.", "What you typed before you logged in again is filled in again. Look it over, then send it.") });
  const box = Object.assign(document.createElement("div"), { className: "told", tabIndex: -1 });
  box.setAttribute("role", "status");
  box.append(told);
  form.before(box);
  box.focus();
}

const it = kept();
const ended = document.querySelector("[data-typed]");
const form = document.querySelector("main form[method=post]");
if (ended && it?.path === location.pathname) {
  ended.hidden = false;
  keep({ ...it, isLost: true });
} else if (!ended) {
  keep(null);
  if (form && it?.isLost && it.path === location.pathname) putBack(form, it.fields);
}

document.addEventListener("submit", (event) => {
  if (!location.pathname.startsWith("/my") || event.defaultPrevented || event.target !== form || form.action.split("#")[0] !== location.href.split("#")[0]) return;
  const fields = [...new FormData(form)].filter(([, text]) => typeof text === "string");
  keep({ path: location.pathname, fields, at: Date.now() });
});
