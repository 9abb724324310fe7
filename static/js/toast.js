// Short messages in the corner, said aloud by screen readers, gone after a while; the newest may be
// taken back with a button, and with Z.

const STAYS = 6000;
const corner = document.querySelector("[data-toasts]");

export function toast(text, action = null) {
  const line = document.createElement("p");
  line.className = "toast";
  line.append(text);
  if (action) line.append(button(line, action));
  corner?.append(line);
  leave(line);
}

function button(line, { label, run }) {
  for (const old of corner?.querySelectorAll("[data-key=z]") ?? []) delete old.dataset.key;
  const made = document.createElement("button");
  made.type = "button";
  made.className = "toast-action";
  made.dataset.key = "z";
  made.textContent = label;
  made.addEventListener("click", () => {
    line.remove();
    run();
  });
  return made;
}

function leave(line) {
  setTimeout(() => line.remove(), STAYS);
}

for (const line of corner?.children ?? []) leave(line);
