// The timeline grows at its end and is unrolled at its beginning; what one reads never moves.
import { fetched } from "steady/html";
import { refresh } from "steady/times";

const section = document.querySelector("[data-grows]");
const list = section?.querySelector("[data-timeline]");
const button = section?.querySelector("[data-newer]");
let below = 0;

section?.addEventListener("parts:grow", ({ detail }) => grow(detail));
button?.addEventListener("click", () => {
  list.lastElementChild.scrollIntoView({ block: "end" });
  tell(0);
});
document.addEventListener("scroll", () => below && isEndInSight() && tell(0), { passive: true });
list?.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-earlier]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const page = await fetched(link.dataset.earlier).catch(() => null);
  if (page) unroll(link.closest("li"), page);
  else location.assign(link.href);
});
addEventListener("hashchange", openTarget);
openTarget();

function grow(part) {
  refresh(part);
  const held = document.activeElement?.closest("form[data-composer]");
  const before = held?.getBoundingClientRect().top;
  const wasInSight = isEndInSight();
  let added = 0;
  for (const item of part.querySelectorAll(".day, .moment[id]")) {
    const old = document.getElementById(item.id);
    if (old) paint(old, item);
    else if (append(document.adoptNode(item))) added += 1;
  }
  // A reply being written stays where it is, while the timeline above it grows.
  if (held) scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
  else if (added && !wasInSight) tell(below + added);
}

function paint(old, item) {
  if (old.outerHTML === item.outerHTML || old.matches(".day, :focus-within")) return;
  old.replaceWith(document.adoptNode(item));
}

function append(item) {
  list.querySelector(":scope > .is-end:only-child")?.remove();
  list.append(item);
  if (item.matches(".day")) return false;
  item.classList.add("is-fresh");
  return true;
}

function unroll(place, page) {
  const height = document.documentElement.scrollHeight;
  const items = [...page.querySelectorAll("body > li")];
  refresh(page);
  for (const item of items) {
    if (item.matches(".day")) document.getElementById(item.id)?.remove();
    place.before(document.adoptNode(item));
  }
  place.remove();
  scrollBy({ top: document.documentElement.scrollHeight - height, behavior: "instant" });
  (list.querySelector("a[data-earlier]") ?? list.querySelector("a"))?.focus({ preventScroll: true });
}

function isEndInSight() {
  return list.getBoundingClientRect().bottom < innerHeight + 40;
}

function tell(count) {
  below = count;
  button.hidden = !count;
  button.querySelector("[data-count]").textContent = String(count);
}

function openTarget() {
  const target = location.hash.startsWith("#event-") && document.querySelector(location.hash);
  const run = target && target.closest("details");
  if (run) run.open = true;
  if (target) target.scrollIntoView({ block: "center" });
}
