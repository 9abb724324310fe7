// Opens the list of keys.

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-help]")) return;
  event.preventDefault();
  document.querySelector("[data-help-sheet]")?.showModal();
});
