// What was to be mended at a box for scans is mended once a scan has come: its words go, whatever the server said before.
document.addEventListener("papers:uploaded", (event) => {
  const box = event.target;
  const input = box.querySelector("input[type=file]");
  box.querySelector(".mend")?.remove();
  if (!input) return;
  input.removeAttribute("aria-invalid");
  input.setAttribute("aria-describedby", `${input.id}-hint`);
});
