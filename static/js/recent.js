// The numbers of the records this browser looked at last, newest first; only numbers are kept.

const KEY = "recent";
const MOST = 8;

export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}

const number = document.body.dataset.watches;
if (number && number !== "*") {
  const others = recent().filter((each) => each !== number);
  localStorage.setItem(KEY, JSON.stringify([number, ...others].slice(0, MOST)));
}
