// A sheet of an online filing saves itself: after each paper that came or went, and before the language is switched.
// One saving at a time, the newest last. That it was saved is said only when the server said so (204); without this
// script the buttons of the sheet save it.

const sheet = document.querySelector("form[data-sheet]");
const told = document.querySelector("[data-kept]");
const said = (vi, en) => (document.documentElement.lang === "en" ? en : vi);
let saving = null;
let isStale = false;

async function post() {
  const body = new URLSearchParams([...new FormData(sheet)].filter(([, text]) => typeof text === "string"));
  body.set("later", "here");
  try {
    return (await fetch(location.pathname, { method: "POST", body })).status === 204;
  } catch {
    return false; // the line is down
  }
}

async function save() {
  let isKept = false;
  do {
    isStale = false;
    isKept = await post();
  } while (isStale);
  saving = null;
  told.textContent = isKept ? said("Đã lưu vào bản nháp.", "Saved in the draft.") : said("Chưa lưu được vào bản nháp. Đừng rời trang này; hãy nhấn “Lưu, làm tiếp sau” để thử lại.", "Not saved in the draft yet. Do not leave this page; press “Save, go on later” to try again.");
  return isKept;
}

function kept() {
  isStale = true;
  return (saving ??= save());
}

document.addEventListener("papers:uploaded", kept);
document.addEventListener("papers:removed", kept);
window.addEventListener("online", () => told.textContent && kept());
document.querySelector("header a[hreflang]")?.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (await kept()) location.assign(event.target.href);
});
