// Keeps a part of the page fresh: the element with data-live="seconds" is read again from this page's own address.
// Where its data-call has changed, a chime sounds if the button [data-chime] was pressed. After some failures in a row it
// says that what it shows may be old. Without this script the page is read again by its link.
"use strict";

const part = document.querySelector("[data-live]");
const bell = document.querySelector("[data-chime]");
const MOST_FAILED = 3;
const LONGEST = 10_000; // milliseconds of one reading
const old = Object.assign(document.createElement("p"), { className: "wrong", hidden: true });
let sound = null;
let failed = 0;

async function again() {
  if (!document.hidden) failed = (await read()) ? 0 : failed + 1;
  old.hidden = failed < MOST_FAILED;
  setTimeout(again, Number(part.dataset.live) * 1000);
}

async function read() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, signal: AbortSignal.timeout(LONGEST) });
    const text = await answer.text();
    return answer.ok && show(new DOMParser().parseFromString(text, "text/html"));
  } catch {
    return false; // the line is down: what was shown stays, and it is asked again
  }
}

// False where the page that came is another one.
function show(page) {
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return false;
  if (fresh.innerHTML === part.innerHTML) return true;
  const rings = fresh.dataset.call !== part.dataset.call;
  part.dataset.call = fresh.dataset.call;
  part.replaceChildren(...fresh.childNodes);
  if (rings && sound) chime();
  return true;
}

function chime() {
  for (const [pitch, after] of [[660, 0], [880, 0.25]]) {
    const tone = new OscillatorNode(sound, { frequency: pitch });
    const level = new GainNode(sound, { gain: 0.25 });
    tone.connect(level).connect(sound.destination);
    tone.start(sound.currentTime + after);
    level.gain.setTargetAtTime(0, sound.currentTime + after + 0.1, 0.15);
    tone.stop(sound.currentTime + after + 1);
  }
}

if (bell) {
  bell.hidden = false;
  bell.addEventListener("click", () => {
    sound = sound ? null : new AudioContext();
    bell.setAttribute("aria-pressed", String(Boolean(sound)));
    if (sound) chime();
  });
}
if (part) {
  old.textContent = document.documentElement.lang === "en" ? "The connection is lost: what stands here may be old. Listen for the numbers, or ask at a desk." : "Mất kết nối: thông tin ở đây có thể đã cũ. Hãy nghe gọi số, hoặc hỏi tại quầy.";
  old.setAttribute("role", "alert");
  part.before(old);
  setTimeout(again, Number(part.dataset.live) * 1000);
}
