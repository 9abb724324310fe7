// What can be done on this page: everything that a single key would press, as lines of the palette.

export function actionsHere() {
  return [...document.querySelectorAll("[data-key]")].filter((each) => each.offsetParent);
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
  const key = document.createElement("kbd");
  key.textContent = element.dataset.key;
  row.append(icon, text, key);
  row.addEventListener("click", () => {
    leave();
    element.click();
  });
  return row;
}
