// Trouble is told of to everybody, but lives on a line of its own to nobody: pages that show it
// are painted anew now and then while somebody looks at them.

const EVERY = 45_000;

function again() {
  if (document.visibilityState === "visible") document.dispatchEvent(new Event("parts:refresh"));
}

if ("refresh" in document.body.dataset) {
  setInterval(again, EVERY);
  document.addEventListener("visibilitychange", again);
}
