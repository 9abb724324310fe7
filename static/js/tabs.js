// A row of tabs wider than the phone begins with the current one in sight.
for (const tabs of document.querySelectorAll(".tabs, .segments")) {
  const current = tabs.querySelector("[aria-current]");
  if (current && tabs.scrollWidth > tabs.clientWidth) {
    tabs.scrollLeft += current.getBoundingClientRect().left - tabs.getBoundingClientRect().left - 24;
  }
}
