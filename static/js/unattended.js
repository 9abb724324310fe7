// Keeps a screen on that nobody touches, and loads the page anew once a day, so that it is never old.

const DAY = 86_400_000;
const AGAIN = 300_000;

async function stayOn() {
  if (document.hidden) return;
  await navigator.wakeLock?.request("screen").catch(() => null);
}

async function anew() {
  // Only while the server answers: a page that cannot be loaded would never come back by itself.
  const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
  if (answer?.ok) location.reload();
  else setTimeout(anew, AGAIN);
}

document.addEventListener("visibilitychange", stayOn);
stayOn();
setTimeout(anew, DAY);
