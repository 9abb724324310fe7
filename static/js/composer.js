// The reply box: keeps what is typed through reloads, shows notes in their colour, sends on Ctrl+Enter.

for (const form of document.querySelectorAll("form[data-composer]")) {
  const text = form.querySelector("textarea");
  const key = `draft:${form.dataset.composer}`;
  if (!text.value) text.value = sessionStorage.getItem(key) ?? "";

  text.addEventListener("input", () => {
    if (text.value) sessionStorage.setItem(key, text.value);
    else sessionStorage.removeItem(key);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    sessionStorage.removeItem(key);
    form.querySelector("[data-send]")?.setAttribute("aria-disabled", "true");
  });
  form.addEventListener("change", () => paint(form));
  paint(form);
}

function paint(form) {
  const chosen = form.querySelector("[name=public]:checked");
  if (!chosen) return;
  form.classList.toggle("is-note", chosen.value === "0");
  const send = form.querySelector("[data-send] [data-word]");
  if (send) send.textContent = chosen.dataset.send;
}

// News arrived on this ticket: an empty box has nothing to hold back, a begun one keeps its mark.
document.addEventListener("parts:changed", (event) => {
  const seen = event.detail.querySelector("[data-seen]")?.dataset.seen;
  for (const form of document.querySelectorAll("form[data-composer]")) {
    const mark = form.querySelector("[name=seen]");
    if (seen && mark && !form.querySelector("textarea").value) mark.value = seen;
  }
});
