// Single keys, quiet while one types: J K Enter through rows, / search, R N to write; every other key
// presses the button or link that is marked with it.

let waitsForPlace = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  if (document.body.dataset.keys === "off") return;
  if (document.querySelector("dialog[open]")) return;
  if (waitsForPlace) {
    waitsForPlace = false;
    press(`g ${event.key}`, event);
  } else if (event.key === "g") {
    waitsForPlace = true;
    setTimeout(() => (waitsForPlace = false), 1200);
  } else {
    act(event);
  }
});

function act(event) {
  if (event.key === "j") move(1, event);
  else if (event.key === "k") move(-1, event);
  else if (event.key === "/") focus("[data-search]", event);
  else if (event.key === "r") write("1", event);
  else if (event.key === "n") write("0", event);
  else press(event.key, event);
}

// Anything a key can do is also a link or button on the page, marked with the key.
function press(key, event) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("dialog")) target.showModal();
  else target.click();
}

export function move(step, event) {
  const rows = [...document.querySelectorAll("[data-rows] .row[data-number]")];
  if (!rows.length) return;
  event?.preventDefault();
  const now = rows.findIndex((row) => row.classList.contains("is-current"));
  const next = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
  rows[now]?.classList.remove("is-current");
  next.classList.add("is-current");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector(".title").focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("row:current", { detail: next }));
}

function focus(selector, event) {
  const field = document.querySelector(selector);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select?.();
}

// On a list, the reply is written on the page of the current row.
function write(audience, event) {
  const choice = document.querySelector(`form[data-composer] [name=public][value="${audience}"]`);
  const row = document.querySelector("#queue .row.is-current .title");
  if (!choice && row) {
    event.preventDefault();
    location.assign(`${row.href}#${audience === "1" ? "reply" : "note"}`);
  } else if (choice) {
    choose(choice);
    focus("form[data-composer] textarea", event);
  }
}

function choose(choice) {
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}

if (location.hash === "#reply" || location.hash === "#note") {
  const audience = location.hash === "#reply" ? "1" : "0";
  const choice = document.querySelector(`form[data-composer] [name=public][value="${audience}"]`);
  if (choice) choose(choice);
  document.querySelector("form[data-composer] textarea")?.focus();
}
