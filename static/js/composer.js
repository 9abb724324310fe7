// The reply box: sends on Ctrl+Enter, and is empty again once its reply has gone out.

let isHeld = false;

for (const form of document.querySelectorAll("form[data-composer]")) {
  const text = form.querySelector("textarea");
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-send]"));
    }
  });
  form.addEventListener("quiet:sent", ({ detail }) => {
    isHeld = !detail.ok;
    if (!detail.ok) {
      document.getElementById("held")?.scrollIntoView({ block: "center" });
      return;
    }
    text.value = "";
    // Out of the field, so that the single keys work on: reply, then e to resolve.
    document.getElementById("main")?.focus({ preventScroll: true });
  });
}

// News arrived on this ticket: an empty box has nothing to hold back, a begun one keeps its mark until
// the reply was held and its writer has been shown what came.
document.addEventListener("parts:painting", (event) => {
  if (!event.target.matches("[name=seen]")) return;
  const text = document.querySelector("form[data-composer] textarea");
  if (text?.value && !isHeld) event.preventDefault();
  isHeld = false;
});
