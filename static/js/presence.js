// Says that one is at this record, and shows who else is, and what they are writing.
import { fetched, parsed } from "steady/html";
import { show } from "steady/parts";

const BEAT = 20_000;
const TYPING = 8_000;
const place = document.querySelector("[data-presence]");
const watched = document.body.dataset.watches;
let typedAt = -TYPING;
let wasTyping = false;
let timer = 0;

if (place) {
  document.addEventListener("presence", ({ detail }) => {
    if (detail.number === watched) timer ||= setTimeout(look, 60);
  });
  document.addEventListener("live", ({ detail }) => detail.name === "resync" && beat());
  document.querySelector("form[data-composer] textarea")?.addEventListener("input", () => {
    typedAt = performance.now();
    if (!wasTyping) beat();
  });
  document.addEventListener("visibilitychange", () => !document.hidden && beat());
  addEventListener("pagehide", () => navigator.sendBeacon(place.dataset.presence, said("gone")));
  setInterval(() => !document.hidden && beat(), BEAT);
  setInterval(() => wasTyping && !isTyping() && beat(), 2_000);
  beat();
}

function isTyping() {
  return performance.now() - typedAt < TYPING;
}

async function beat() {
  wasTyping = isTyping();
  const body = said(wasTyping ? "typing" : "viewing");
  const answer = await fetch(place.dataset.presence, { method: "POST", body }).catch(() => null);
  // The line may also be cut in the middle of an answer.
  const text = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
  if (text) show(parsed(text));
}

async function look() {
  timer = 0;
  const page = await fetched(place.dataset.presence).catch(() => null);
  if (page) show(page);
}

function said(state) {
  const body = new FormData();
  body.append("state", state);
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  return body;
}
