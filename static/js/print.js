// The printed record: a button to print it, and exact times, since paper does not grow older with them.

for (const time of document.querySelectorAll("time[data-ago]")) time.textContent = time.title;
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
