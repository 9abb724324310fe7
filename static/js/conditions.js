// A question that depends on another is shown only while that one is answered so. Without this all
// are shown, and the server leaves out what was not to be asked.

function answerOf(form, name) {
  const fields = [...form.elements].filter((each) => each.name === name);
  const boxes = fields.filter((each) => each.type === "checkbox");
  if (boxes.length) return boxes.filter((each) => each.checked).map((each) => each.value);
  return fields.map((each) => each.value);
}

function settle(form) {
  for (const field of form.querySelectorAll("[data-shown-when]")) {
    const parent = answerOf(form, field.dataset.shownWhen);
    const wanted = field.dataset.shownFor;
    const other = form.querySelector(`[name="${CSS.escape(field.dataset.shownWhen)}"]`);
    const isHidden = other?.closest("[data-shown-when]")?.hidden ?? false;
    field.hidden = isHidden || (wanted === "" ? parent.some(Boolean) : !parent.includes(wanted));
  }
}

for (const form of document.querySelectorAll("form[data-conditions]")) {
  settle(form);
  form.addEventListener("change", () => settle(form));
}
