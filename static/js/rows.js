// Rows of a queue stay true: changed ones are painted again in place, new ones wait behind a button,
// so that nothing moves under the pointer.
import { fetched } from "steady/html";
import { refresh } from "steady/times";

const MINUTE = 60_000;
let list = document.querySelector("[data-rows][data-source]");
const button = document.querySelector("[data-news]");
const changed = new Set();
const unseen = new Set();
let fresh = new Map();
let timer = 0;

if (list) {
  document.addEventListener("live", ({ detail }) => {
    if (detail.name === "resync") location.reload();
    if (detail.kind !== list.dataset.kind) return;
    const row = document.getElementById(detail.number);
    if (row && Number(row.dataset.version) < detail.version) changed.add(detail.number);
    else if (!row && detail.name.endsWith(".opened")) unseen.add(detail.number);
    else return;
    timer ||= setTimeout(paint, 80); // a burst is one request
  });
  document.addEventListener("presence", ({ detail }) => {
    if (!document.getElementById(detail.number)) return;
    changed.add(detail.number);
    timer ||= setTimeout(paint, 80);
  });
  // Whose browser died says no goodbye.
  setInterval(() => {
    for (const each of list.querySelectorAll(".here")) changed.add(each.closest(".row").dataset.number);
    if (changed.size && !document.hidden) timer ||= setTimeout(paint, 80);
  }, MINUTE);
  button?.addEventListener("click", showFresh);
  document.addEventListener("queue:changed", () => {
    list = document.querySelector("[data-rows][data-source]");
    fresh = new Map();
    button.hidden = true;
  });
}

async function paint() {
  const numbers = [...changed, ...unseen].slice(0, 50);
  const address = new URL(list.dataset.source, location.href);
  address.search = location.search;
  address.searchParams.set("numbers", numbers.join(","));
  address.searchParams.set("shown", [...changed].join(","));
  changed.clear();
  unseen.clear();
  try {
    const page = await fetched(address);
    for (const row of page.querySelectorAll(".row")) place(document.adoptNode(row));
  } catch {
    // The next event or the next page load brings it.
  }
  timer = changed.size || unseen.size ? setTimeout(paint, 200) : 0;
}

export function place(row) {
  refresh(row);
  const old = document.getElementById(row.id);
  if (!old) {
    fresh.set(row.id, row);
    button.hidden = false;
    button.querySelector("[data-count]").textContent = String(fresh.size);
    return;
  }
  const focused = old.contains(document.activeElement);
  row.classList.toggle("is-current", old.classList.contains("is-current"));
  row.classList.toggle("is-fresh", row.dataset.version !== old.dataset.version);
  const [was, box] = [old.querySelector(".pick input"), row.querySelector(".pick input")];
  if (was && box) box.checked = was.checked;
  row.classList.toggle("is-picked", Boolean(box?.checked));
  old.replaceWith(row);
  if (focused) row.querySelector(".title").focus({ preventScroll: true });
}

function showFresh() {
  document.querySelector("[data-empty]")?.remove();
  list.closest("[data-list]").hidden = false;
  for (const row of fresh.values()) {
    row.classList.add("is-fresh");
    list.prepend(row);
  }
  fresh = new Map();
  button.hidden = true;
  list.querySelector(".row .title")?.focus({ preventScroll: true });
}
