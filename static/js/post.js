// A small form with data-post is sent in place, and the parts of the page are painted again.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-post]")) return;
  event.preventDefault();
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!answer.ok) throw new Error(String(answer.status));
    document.dispatchEvent(new CustomEvent("parts:refresh"));
  } catch {
    form.submit(); // let the browser say what is wrong
  }
});
