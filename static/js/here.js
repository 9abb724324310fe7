// What can be done on this page, as lines of the palette: what a single key would press, and every
// verb of a record.

export function actionsHere() {
  const actions = document.querySelectorAll("[data-key], .verbs a, .verbs button");
  return [...actions].filter((each) => each.offsetParent);
}

export function isMeant(element, words) {
  const parts = label(element).toLowerCase().split(/\s+/);
  return words.every((word) => parts.some((part) => part.startsWith(word)));
}

function label(element) {
  const copy = element.cloneNode(true);
  for (const each of copy.querySelectorAll("kbd, .count, .sr")) each.remove();
  return element.getAttribute("aria-label") ?? copy.textContent.trim();
}

export function lineOf(element, leave) {
  const row = document.createElement("div");
  row.setAttribute("role", "option");
  const icon = element.querySelector("svg")?.cloneNode(true) ?? document.createElement("span");
  icon.setAttribute("class", "icon");
  const text = document.createElement("span");
  text.className = "grow clip";
  text.textContent = label(element);
  row.append(icon, text);
  if (element.dataset.key) {
    const key = document.createElement("kbd");
    key.textContent = element.dataset.key;
    row.append(key);
  }
  row.addEventListener("click", () => {
    leave();
    element.click();
  });
  return row;
}
