// Changes are dragged to another time with a pointer, or moved with Shift and the arrow keys.
import { begin, commit, current, shift, stop } from "steady/moving";

// Minutes by a key to the side and by one up or down.
const STEPS = { month: [1440, 10_080], week: [1440, 15], day: [1440, 15], lanes: [60, 1440] };
const QUARTERS = 96;
const WEEK = 168;
const HELD = 400; // ms a finger rests on a change before it takes it along
const SHAKEN = 8; // px it may move meanwhile
let resting = null;
const board = document.querySelector("[data-calendar]");

function dayAt({ clientX, clientY }) {
  const below = document.elementsFromPoint(clientX, clientY).filter((each) => !current().slot.contains(each));
  return below.map((each) => each.closest("[data-day]")).find(Boolean);
}

function minutesAt(event) {
  const { slot, from } = current();
  const day = dayAt(event);
  const home = slot.closest("[data-day]");
  const days = day && home ? Math.round((Date.parse(day.dataset.day) - Date.parse(home.dataset.day)) / 86_400_000) : 0;
  for (const each of board.querySelectorAll("[data-day]")) each.classList.toggle("is-target", each === day);
  if (board.dataset.view === "month") return days * 1440;
  if (board.dataset.view === "lanes") {
    const width = slot.closest(".lane-track").getBoundingClientRect().width;
    const sign = getComputedStyle(board).direction === "rtl" ? -1 : 1;
    return Math.round(((event.clientX - from.x) / width) * WEEK) * 60 * sign;
  }
  const height = home.querySelector(".track").getBoundingClientRect().height;
  return days * 1440 + Math.round(((event.clientY - from.y) / height) * QUARTERS) * 15;
}

board?.addEventListener("pointerdown", (event) => {
  const slot = event.target.closest("[data-move]");
  if (!slot || event.button !== 0) return;
  if (event.pointerType !== "touch") return begin(slot, event);
  // A finger scrolls the page, unless it rests on a change first. Where days are a list there is
  // nowhere to drag to: there a change is moved on its own page.
  if (!matchMedia("(max-width: 48rem)").matches) resting = { slot, event, timer: setTimeout(take, HELD) };
});
function take() {
  begin(resting.slot, resting.event);
  resting.slot.classList.add("is-dragged");
}
function rest() {
  clearTimeout(resting?.timer);
  resting = null;
}
document.addEventListener("touchmove", (event) => resting && current()?.from && event.preventDefault(), { passive: false });
board?.addEventListener("contextmenu", (event) => resting && event.preventDefault());
board?.addEventListener("dragstart", (event) => event.preventDefault());
document.addEventListener("pointermove", (event) => {
  if (!current()?.from) {
    if (resting && Math.hypot(event.clientX - resting.event.clientX, event.clientY - resting.event.clientY) > SHAKEN) rest();
    return;
  }
  const by = [event.clientX - current().from.x, event.clientY - current().from.y];
  if (!current().slot.matches(".is-dragged") && Math.hypot(...by) < 6) return;
  current().slot.style.transform = `translate(${by[0]}px, ${by[1]}px)`;
  shift(minutesAt(event));
});
document.addEventListener("pointerup", () => {
  rest();
  if (!current()?.from) return;
  if (!current().slot.matches(".is-dragged")) return stop();
  // What may follow is a click on the link, which must not open it.
  addEventListener("click", leave, { capture: true });
  setTimeout(() => removeEventListener("click", leave, { capture: true }));
  return current().minutes ? commit() : stop();
});
const leave = (event) => event.preventDefault();
document.addEventListener("pointercancel", () => {
  rest();
  stop();
});
board?.addEventListener("focusout", () => current() && !current().from && stop());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current()) return stop();
  const slot = event.target.closest?.("[data-move]");
  if (!slot || current()?.from) return;
  if (event.key === "Enter" && current()?.minutes) {
    event.preventDefault();
    return commit();
  }
  const [across, along] = STEPS[board.dataset.view];
  const step = { ArrowLeft: -across, ArrowRight: across, ArrowUp: -along, ArrowDown: along }[event.key];
  if (!event.shiftKey || !step) return;
  event.preventDefault();
  if (current()?.slot !== slot) begin(slot, null);
  shift(current().minutes + step);
});
