// What is wider than the phone begins with the current one in sight.
for (const tabs of document.querySelectorAll(".tabs, .segments")) {
  const current = tabs.querySelector("[aria-current]");
  if (current && tabs.scrollWidth > tabs.clientWidth) {
    tabs.scrollLeft += current.getBoundingClientRect().left - tabs.getBoundingClientRect().left - 24;
  }
}
for (const map of document.querySelectorAll(".map")) {
  const [centre, frame] = [map.querySelector(".is-centre")?.getBoundingClientRect(), map.getBoundingClientRect()];
  if (centre) map.scrollLeft += centre.left + centre.width / 2 - frame.left - frame.width / 2;
}
