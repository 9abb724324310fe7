// Which rows are meant: the picked ones, else the current one, else the record of the page.

const bar = document.querySelector("[data-triage]");
let last = null; // where a range begins
export const view = { isWhole: false };

const rows = () => [...document.querySelectorAll("#queue .row[data-number]")];
const box = (row) => row.querySelector(".pick input");

export function current() {
  return document.querySelector("#queue .row.is-current");
}

export function picked() {
  return rows().filter((row) => box(row)?.checked);
}

export function targets() {
  const chosen = picked();
  if (chosen.length) return chosen;
  const one = current() ?? document.querySelector("[data-record]");
  return one ? [one] : [];
}

export function clear() {
  for (const row of picked()) box(row).checked = false;
  show();
}

function pick(row, isOn = !box(row).checked) {
  box(row).checked = isOn;
  last = row;
}

function range(to) {
  const all = rows();
  const [from, end] = [all.indexOf(last ?? to), all.indexOf(to)].sort((a, b) => a - b);
  for (const row of all.slice(Math.max(from, 0), end + 1)) box(row).checked = true;
}

export function show() {
  const chosen = picked();
  const all = rows();
  for (const row of all) row.classList.toggle("is-picked", Boolean(box(row)?.checked));
  const isAll = all.length > 0 && chosen.length === all.length;
  const head = document.querySelector("[data-pick-all]");
  if (head) head.checked = isAll;
  if (!isAll) view.isWhole = false;
  bar?.classList.toggle("has-picked", chosen.length > 0);
  const whole = bar?.querySelector("[data-pick-view]");
  if (whole) whole.hidden = !isAll || !document.querySelector(".pager, [data-more-found]");
  const count = bar?.querySelector("[data-picked]");
  if (count) count.textContent = view.isWhole ? "≤ 200" : String(chosen.length);
  // What applies to none of the picked rows is not offered.
  for (const button of bar?.querySelectorAll("[data-ask][data-from]") ?? []) {
    const from = button.dataset.from.split(",");
    button.hidden = chosen.length > 0 && !chosen.some((row) => from.includes(row.dataset.state));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick], [data-pick-view]");
  if (button?.matches("[data-pick-view]")) view.isWhole = true;
  if (button?.dataset.pick === "one" && current()) pick(current());
  if (button?.dataset.pick === "range" && current()) range(current());
  if (button?.dataset.pick === "none") clear();
  const input = event.target.closest(".pick input");
  if (input?.closest(".row[data-number]")) {
    const row = input.closest(".row");
    if (event.shiftKey) range(row);
    last = row;
  }
  if (button || input) show();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick-all]")) return;
  for (const row of rows()) box(row).checked = event.target.checked;
  show();
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
  if (event.key === "Escape" && !isTyping && picked().length && !event.defaultPrevented) clear();
  if (event.key !== "a" || !(event.ctrlKey || event.metaKey) || isTyping || !rows().length) return;
  event.preventDefault();
  for (const row of rows()) if (box(row)) box(row).checked = true;
  show();
});
document.addEventListener("queue:changed", show);
show();
