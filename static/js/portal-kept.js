// What is typed is kept in this browser until it was sent, through errors, reloads and sign-in.
// A form that was sent is forgotten on the page that shows what came of it, not before.

const DAY = 86_400_000;
const PREFIX = "kept:";

for (const form of document.querySelectorAll("form[data-kept]")) keep(form);
if (document.querySelector("[data-kept-sent]")) forget((kept) => kept.sent);
forget((kept) => Date.now() - kept.at > DAY);

function keep(form) {
  const key = PREFIX + form.dataset.kept;
  const fields = () => [...form.elements].filter((each) => each.name && isText(each));
  const kept = read(key);
  // The page an error gave has the newer words already; one sent from here has got through.
  const isThrough = kept?.sent && document.querySelector("[data-kept-sent]");
  if (kept && !isThrough && !("keptShown" in form.dataset)) bringBack(form, fields(), kept.values);

  form.addEventListener("input", () => write(false));
  form.addEventListener("change", () => write(false));
  form.addEventListener("submit", () => write(true));

  function write(sent) {
    const values = Object.fromEntries(fields().map((each) => [each.name, each.value]));
    localStorage.setItem(key, JSON.stringify({ values, sent, at: Date.now() }));
  }
}

function bringBack(form, fields, values) {
  let isBack = false;
  for (const field of fields) {
    if (field.value || !values[field.name]) continue;
    field.value = values[field.name];
    isBack = true;
  }
  const said = form.querySelector("[data-kept-said]");
  if (isBack && said) said.textContent = said.dataset.keptSaid;
}

function isText(field) {
  return field.matches("input:not([type]), input[type=text], textarea, select");
}

function forget(isOver) {
  for (const key of Object.keys(localStorage)) {
    const kept = key.startsWith(PREFIX) && read(key);
    if (kept && isOver(kept)) localStorage.removeItem(key);
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

// News never paint over what is being typed.
document.addEventListener("parts:painting", (event) => {
  const fields = [...event.target.querySelectorAll("textarea, input")];
  if (fields.some((each) => each.value !== each.defaultValue)) event.preventDefault();
});
