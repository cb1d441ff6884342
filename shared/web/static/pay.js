// The payment page: counts down, and looks every few seconds whether the money has come. Without it, "I have paid" does.
// The server says how many seconds are left: a phone's clock may stand anywhere.
const page = document.querySelector("[data-status]");
const left = document.querySelector("[data-left]");
let counting = 0;

function countDown() {
  const seconds = Math.max(0, Math.ceil(left.dataset.left - performance.now() / 1000));
  left.textContent = `(${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")})`;
  if (seconds) return;
  clearInterval(counting);
  location.reload();
}

async function look() {
  try {
    const answer = await fetch(page.dataset.status, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const { state, moved } = await answer.json();
    if (state !== page.dataset.state || String(moved) !== page.dataset.moved) location.reload();
  } catch {
    // The line is down: the next look will tell.
  }
}

if (page) setInterval(look, 3000);
if (left) {
  counting = setInterval(countDown, 1000);
  countDown();
}
