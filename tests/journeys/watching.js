// What the tests put into every page they open: it notes what the browser refused, and follows the
// keyboard from stop to stop.
globalThis.watching = (() => {
  const STOPS = "a[href], button, input, select, textarea, summary, [tabindex], iframe, [contenteditable]";
  const LOOKS = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderTopColor", "backgroundColor"];
  const refused = [];
  addEventListener("securitypolicyviolation", (event) =>
    refused.push(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
  );

  let calm = new Map();
  let seen = [];
  let start = null;
  let wrongs = [];
  let isOver = true;
  let styled = null;
  addEventListener("keyup", (event) => event.key === "Tab" && step(), true);

  // What can be stopped at now: shown, enabled, and the chosen one of radio buttons.
  function stops() {
    const groups = new Set();
    return [...document.querySelectorAll(STOPS)].filter((each) => {
      if (each.tabIndex < 0 || each.matches(":disabled") || each.type === "hidden") return false;
      if (!each.checkVisibility({ visibilityProperty: true })) return false;
      if (each.matches("summary") && each !== each.parentElement.querySelector(":scope > summary")) return false;
      if (each.closest("[inert]")) return false;
      if (each.type !== "radio") return true;
      const group = [...document.getElementsByName(each.name)].filter((other) => other.form === each.form);
      const chosen = group.find((other) => other.checked);
      if (chosen) return chosen === each;
      const isFirst = !groups.has(group[0]);
      groups.add(group[0]);
      return isFirst;
    });
  }

  function around(element) {
    const found = [...(element.labels ?? [])];
    for (let each = element; each && found.length < 6; each = each.parentElement) found.push(each);
    return found;
  }

  function look(element) {
    return around(element).map((each) => {
      const style = getComputedStyle(each);
      return LOOKS.map((name) => style[name]).join();
    }).join("|");
  }

  function name(element) {
    const words = element.ariaLabel || element.textContent.trim() || element.name || element.id || "";
    return `${element.localName} “${words.replace(/\s+/g, " ").slice(0, 40)}”`;
  }

  // Before the first Tab: how everything looks while nothing has the focus. With the name of a
  // place to start from, what comes before it is left out.
  function begin(from) {
    document.activeElement?.blur();
    getSelection().removeAllRanges();
    seen = [];
    wrongs = [];
    isOver = false;
    start = from ? document.querySelector(from) : null;
    calm = new Map(stops().filter(isAfter).map((each) => [each, look(each)]));
    start?.focus({ preventScroll: true });
    return calm.size;
  }

  function isAfter(each) {
    return !start || Boolean(start.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  }

  // After each Tab: where the focus is, and what is wrong with it.
  function step() {
    const now = document.activeElement;
    if (isOver || now === seen.at(-1)) return;
    if (now === document.body && !start) {
      seen.push(now);
    } else if (now === document.body || seen.includes(now) || !isAfter(now)) {
      isOver = true;
    } else {
      judge(now);
      seen.push(now);
    }
  }

  function judge(now) {
    const box = now.getBoundingClientRect();
    const before = seen.at(-1);
    if (calm.has(now) && calm.get(now) === look(now)) wrongs.push(`focus not seen: ${name(now)}`);
    if (isCovered(now, box)) wrongs.push(`focus hidden: ${name(now)}`);
    if (before && isBackward(before, now)) wrongs.push(`order: ${name(before)} then ${name(now)}`);
  }

  // What was wrong until now, and whether the walk is over.
  function walked() {
    return { isOver, wrongs };
  }

  function isCovered(now, box) {
    if (box.width < 2 || box.height < 2) return false; // drawn by its label
    const places = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
    return places.every(([across, down]) => {
      const top = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
      return !top || !around(now).some((each, depth) => each === top || (depth === 0 && each.contains(top)) || now.contains(top) || top.contains(now));
    });
  }

  function isBackward(before, now) {
    const fixed = (each) => around(each).some((one) => ["fixed", "sticky"].includes(getComputedStyle(one).position));
    if (before === document.body || fixed(before) !== fixed(now) || before.type === "radio") return false;
    const [a, b] = [before.getBoundingClientRect(), now.getBoundingClientRect()];
    const isAbove = b.bottom <= a.top + 1 && b.left < a.right && b.right > a.left;
    const isSameLine = b.top < a.bottom - 1 && b.bottom > a.top + 1;
    // Of two columns with details one is read after the other.
    const [from, to] = [before.closest("aside"), now.closest("aside")];
    const isOtherColumn = from && to && from !== to;
    return isAbove || (isSameLine && !isOtherColumn && b.right <= a.left + 1);
  }

  function missed() {
    return stops().filter((each) => calm.has(each) && !seen.includes(each)).map((each) => `no Tab reaches ${name(each)}`);
  }

  // The name of each thing that opens something, empty where it is not shown.
  function openers(chosen) {
    return [...document.querySelectorAll(chosen)].map((each) => (each.checkVisibility({ visibilityProperty: true }) ? name(each) : ""));
  }

  function isOpen() {
    return document.querySelector("dialog[open], details.menu[open], :popover-open") !== null;
  }

  // What has words or can be pressed and is, with all around it, of a make not known yet: its style
  // was not judged before. Marked for axe; the new makes.
  function strange(known) {
    const before = new Set(known);
    styled ??= classesWithStyle();
    const found = new Set();
    const makes = new Map();
    for (const each of document.querySelectorAll("[data-strange]")) delete each.dataset.strange;
    for (const each of document.body.querySelectorAll("*")) {
      const made = make(each, makes);
      if (before.has(made) || found.has(made)) continue;
      const hasWords = [...each.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
      if (!hasWords && !each.matches(STOPS)) continue;
      if (!each.checkVisibility({ visibilityProperty: true })) continue;
      found.add(made);
      each.dataset.strange = "";
    }
    return [...found];
  }

  // The classes any style sheet speaks of; others, such as the names of models in the admin, make no
  // difference to the eye.
  function classesWithStyle() {
    const rules = (sheet) => [...sheet.cssRules].map(({ cssText }) => cssText).join();
    return new Set([...document.styleSheets].map(rules).join().match(/(?<=\.)[a-z_][\w-]*/gi));
  }

  // A number for the tags, classes and states of an element and of all it stands in.
  function make(element, makes) {
    if (!element || element === document.documentElement) return 7;
    if (makes.has(element)) return makes.get(element);
    const states = Element.prototype.getAttributeNames.call(element) // a form may have a field of that name
      .map((name) => ({ name, value: element.getAttribute(name) }))
      .filter(({ name, value }) => name !== "id" && name !== "name" && name !== "for" && /^[a-z _-]{0,60}$/i.test(value))
      .map(({ name, value }) => ({ name, value: name === "class" ? value.split(" ").filter((each) => styled.has(each)).join(" ") : value }))
      .map(({ name, value }) => (/^(class|role|type|aria-(?!label|controls|describedby)|data-)/.test(name) ? `${name}=${value}` : name));
    let made = make(element.parentElement, makes);
    for (const sign of [element.localName, ...states.sort()].join(" ")) {
      made = (Math.imul(made, 31) + sign.codePointAt(0)) | 0;
    }
    makes.set(element, made);
    return made;
  }

  return { refused, begin, walked, missed, openers, isOpen, strange };
})();
