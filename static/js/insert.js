// An article goes into the reply where the cursor is; without this the server puts it at the end.

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-insert]");
  const text = document.querySelector("form[data-composer] textarea");
  if (!form || !text) return;
  event.preventDefault();
  const note = text.form.querySelector("[name=public][value='0']");
  if (form.dataset.public === "0" && note && !note.checked) note.click();
  const begun = text.selectionStart > 0 && text.value[text.selectionStart - 1] !== "\n" ? "\n" : "";
  text.setRangeText(`${begun}${form.dataset.insert}\n`, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
  const body = new FormData(form, event.submitter);
  body.append("kept", "1");
  await fetch(form.action, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
});
