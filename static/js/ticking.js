// The clock, and ages that tick by the second.

function age(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours >= 24) return `${Math.floor(hours / 24)}d ${two(hours % 24)}:${two(minutes)}`;
  return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
}

const clock = new Intl.DateTimeFormat(document.documentElement.lang || "en", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    write(time, age(Date.parse(time.dateTime)));
  }
  for (const time of document.querySelectorAll("time[data-clock]")) {
    write(time, clock.format(new Date()));
  }
}

setInterval(tick, 1000);
tick();
