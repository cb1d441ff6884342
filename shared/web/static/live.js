// Keeps a part of the page fresh: the element with data-live="seconds" is read again from this page's own address.
// Where its data-call has changed, a chime sounds if the button [data-chime] was pressed. Without this script the page
// is read again by its link.
"use strict";

const part = document.querySelector("[data-live]");
const bell = document.querySelector("[data-chime]");
let sound = null;

async function again() {
  try {
    const answer = document.hidden ? null : await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer && answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // the line is down: what was shown stays, and it is asked again
  }
  setTimeout(again, Number(part.dataset.live) * 1000);
}

function show(page) {
  const fresh = page.querySelector("[data-live]");
  if (!fresh || fresh.innerHTML === part.innerHTML) return;
  const rings = fresh.dataset.call !== part.dataset.call;
  part.dataset.call = fresh.dataset.call;
  part.replaceChildren(...fresh.childNodes);
  if (rings && sound) chime();
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
if (part) setTimeout(again, Number(part.dataset.live) * 1000);
