// What was to be mended at a box for scans is mended once a scan has come: its words go, whatever the server said before,
// there and in the list above the form; with the last of them goes the list.
document.addEventListener("papers:uploaded", (event) => {
  const box = event.target;
  mended(box);
  const input = box.querySelector("input[type=file]");
  box.querySelector(".mend")?.remove();
  if (!input) return;
  input.removeAttribute("aria-invalid");
  input.setAttribute("aria-describedby", `${input.id}-hint`);
});

function mended(box) {
  const summary = document.querySelector(".wrong[role=alert]");
  summary?.querySelector(`a[href="#${box.querySelector("input[type=file]")?.id}"]`)?.closest("li").remove();
  if (!summary || summary.querySelector("li")) return;
  summary.remove();
  document.title = document.title.replace(/^(Lỗi|Error): /, "");
}
