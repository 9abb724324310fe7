// Notes how a page paints and answers, for the bench to read.
globalThis.noted = { lcp: 0, cls: 0, inp: 0, longest: 0 };
const note = (type, each, more = {}) =>
  new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more });
note("largest-contentful-paint", (entry) => (noted.lcp = entry.startTime));
note("layout-shift", (entry) => (noted.cls += entry.hadRecentInput ? 0 : entry.value));
note("event", (entry) => entry.interactionId && (noted.inp = Math.max(noted.inp, entry.duration)), { durationThreshold: 16 });
note("longtask", (entry) => (noted.longest = Math.max(noted.longest, entry.duration)));
