// Short messages in the corner, said aloud by screen readers, gone after a while.

const STAYS = 6000;
const corner = document.querySelector("[data-toasts]");

export function toast(text) {
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  corner?.append(line);
  leave(line);
}

function leave(line) {
  setTimeout(() => line.remove(), STAYS);
}

for (const line of corner?.children ?? []) leave(line);
