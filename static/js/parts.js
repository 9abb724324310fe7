// Parts of a page marked data-part are fetched again when something they show has changed: those that
// hear of its kind (data-hears: "ticket", "alert" or kinds; all when it says nothing), and no others.
// Painting is coalesced: at once for the first event, then at most once a second, slower where the
// server is slow, and not at all while nobody looks.
import { fetched } from "steady/html";
import { refresh } from "steady/times";

const PAUSE = 1000;
const SHARE = 5; // a fetch may take a fifth of the time
const FIRST = 30;
const watched = document.body.dataset.watches; // "*" or the number of one ticket
const stale = new Set();
let timer = 0;
let busy = false;
let last = 0;
let took = 0;

if (watched) {
  document.addEventListener("live", ({ detail }) => {
    if (watched === "*" || detail.number === watched || detail.name === "resync") note(detail);
  });
  document.addEventListener("visibilitychange", soon);
}
// What a page shows bare at first is asked for once all that people wait for is there.
addEventListener("load", () => {
  for (const part of document.querySelectorAll("[data-part][data-later]")) stale.add(part.dataset.part);
  soon();
});
document.addEventListener("parts:refresh", () => {
  for (const part of parts()) stale.add(part.dataset.part);
  paint();
});

function parts() {
  return document.querySelectorAll("[data-part]");
}

function note({ name, kind }) {
  for (const part of parts()) {
    const hears = part.dataset.hears?.split(" ");
    const isFor = !hears || hears.includes(kind) || (kind !== "alert" && hears.includes("ticket"));
    if (isFor || name === "resync") stale.add(part.dataset.part);
  }
  soon();
}

function soon() {
  if (!stale.size || document.hidden || busy) return;
  const pause = Math.max(PAUSE, took * SHARE);
  timer ||= setTimeout(paint, Math.max(FIRST, last + pause - performance.now()));
}

async function paint() {
  clearTimeout(timer);
  const wanted = [...stale];
  stale.clear();
  const began = performance.now();
  busy = true;
  try {
    show(await fetched(location.href, { "X-Parts": wanted.join(" ") }));
    took = performance.now() - began;
  } catch {
    // Offline or signed out: what is shown stays, the status says so, and it is tried again.
    for (const each of wanted) stale.add(each);
    took = Math.min(Math.max(2 * took, 1000), 12_000);
  }
  last = performance.now();
  busy = false;
  timer = 0;
  soon();
}

// Paint the parts of a page from a newer copy of it; parts that grow know themselves how.
export function show(page) {
  const places = [...page.querySelectorAll("[data-holds]")].map((place) => [place.dataset.holds, held(place)]);
  for (const part of page.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`[data-part="${part.dataset.part}"]`);
    // Whoever must not lose what is there may keep it.
    const painting = new CustomEvent("parts:painting", { bubbles: true, cancelable: true });
    if (old && !old.dispatchEvent(painting)) continue;
    if (old?.matches("[data-grows]")) {
      old.dispatchEvent(new CustomEvent("parts:grow", { detail: part }));
    } else if (old) {
      swap(old, document.adoptNode(part));
    }
  }
  for (const [name, wanted] of places) settle(document.querySelector(`[data-holds="${name}"]`), wanted);
  document.dispatchEvent(new CustomEvent("parts:changed", { detail: document.body }));
}

const held = (place) => [...place.children].filter((each) => each.dataset.part);

// Parts come and go, too: those that are gone are taken away, new ones stand where they do in the page.
function settle(place, wanted) {
  if (!place) return;
  const names = new Set(wanted.map((part) => part.dataset.part));
  for (const old of held(place)) if (!names.has(old.dataset.part)) old.remove();
  let before = null;
  for (const part of wanted) {
    const old = held(place).find((each) => each.dataset.part === part.dataset.part);
    if (!old) {
      const fresh = document.adoptNode(part);
      refresh(fresh);
      if (before) before.after(fresh);
      else place.prepend(fresh);
    }
    before = old ?? part;
  }
}

function swap(old, part) {
  // What was fetched later is still there.
  for (const place of part.querySelectorAll("[data-later]")) {
    const known = old.querySelector(`[data-later="${CSS.escape(place.dataset.later)}"][data-fetched]`);
    if (known) place.replaceWith(known.cloneNode(true));
  }
  if (old.outerHTML === part.outerHTML) return;
  const held = old.querySelector("details[open], :focus");
  if (held && old.matches("[data-calm]") && held.matches("input, textarea, select")) return;
  const focused = old.contains(document.activeElement) && address(document.activeElement);
  mark(old, part);
  refresh(part);
  for (const open of old.querySelectorAll("details[open][id]")) {
    const again = part.querySelector(`#${CSS.escape(open.id)}`);
    if (again) again.open = true;
  }
  old.replaceWith(part);
  if (focused) part.querySelector(focused)?.focus({ preventScroll: true });
}

function address(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const target = element.getAttribute("href");
  return target ? `a[href="${CSS.escape(target)}"]` : null;
}

function mark(old, part) {
  for (const box of old.querySelectorAll("input:checked[value]")) {
    const same = part.querySelector(`[name="${box.name}"][value="${CSS.escape(box.value)}"]`);
    if (same && !same.disabled) same.checked = true;
  }
  for (const row of part.querySelectorAll(".row[id]")) {
    const before = old.querySelector(`#${CSS.escape(row.id)}`);
    if (before?.classList.contains("is-current")) row.classList.add("is-current");
    if (before?.dataset.version !== row.dataset.version) row.classList.add("is-fresh");
  }
}
