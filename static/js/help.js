// Opens the list of keys, which names those the page at hand listens to.

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-help]")) return;
  event.preventDefault();
  const sheet = document.querySelector("[data-help-sheet]");
  if (!sheet) return;
  const keys = keysOfPage();
  fill(sheet.querySelector("[data-help-here]"), keys.filter(([key]) => !key.startsWith("g ")));
  fill(sheet.querySelector("[data-help-places]"), keys.filter(([key]) => key.startsWith("g ")));
  sheet.showModal();
});

// What each key does, in the words of the button or link it presses; the first of a key is pressed.
function keysOfPage() {
  const found = new Map();
  for (const each of document.querySelectorAll("[data-key]:not([data-help])")) {
    const key = each.dataset.key;
    const words = each.ariaLabel || each.title || textOf(each);
    if (!found.has(key) && words) found.set(key, words);
  }
  return [...found].sort(([one], [other]) => one.localeCompare(other));
}

function textOf(element) {
  const copy = element.cloneNode(true);
  for (const each of copy.querySelectorAll("kbd, svg, .count")) each.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function fill(part, keys) {
  part.hidden = keys.length === 0;
  part.querySelector("dl").replaceChildren(...keys.flatMap(([key, words]) => line(key, words)));
}

function line(key, words) {
  const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
  for (const each of key.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = each.toUpperCase();
    const held = each !== each.toLowerCase();
    term.append(...(held ? [shift(), " "] : []), cap, " ");
  }
  meaning.textContent = words;
  return [term, meaning];
}

function shift() {
  const cap = document.createElement("kbd");
  cap.textContent = "Shift";
  return cap;
}
