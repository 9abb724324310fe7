// The reply box: sends on Ctrl+Enter, and is empty again once its reply has gone out.

for (const form of document.querySelectorAll("form[data-composer]")) {
  const text = form.querySelector("textarea");
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-send]"));
    }
  });
  form.addEventListener("quiet:sent", ({ detail }) => {
    if (detail.ok) text.value = "";
    else document.getElementById("held")?.scrollIntoView({ block: "center" });
  });
}

// News arrived on this ticket: an empty box has nothing to hold back, a begun one keeps its mark.
document.addEventListener("parts:painting", (event) => {
  const text = document.querySelector("form[data-composer] textarea");
  if (event.target.matches("[name=seen]") && text?.value) event.preventDefault();
});
