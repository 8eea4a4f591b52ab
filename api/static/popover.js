// The reason for an underline and better words to take. The page has one such box; it moves to where it is needed.
import { words } from "./words.js";

const GAP = 6; // pixels between it and the line it speaks of

let box; // made when first needed
let closed = () => {};

function made(name, className, ...inside) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...inside);
  return element;
}

function button(className, text, act) {
  const element = made("button", className, text);
  element.type = "button";
  // The caret stays where it is while the mouse is down.
  element.addEventListener("mousedown", (event) => event.preventDefault());
  element.addEventListener("click", act);
  return element;
}

function source(card) {
  const link = made("a", "meta", words.source);
  link.href = `/playbooks/${encodeURIComponent(card)}`;
  link.dataset.card = "";
  return link;
}

function contents(finding, { use, dismiss }) {
  const kind = words[`finding_${finding.kind}`];
  const heading = made("p", `severity ${finding.severity}`, made("strong", "", words[`severity_${finding.severity}`]), kind ? ` · ${kind}` : "");
  const better = made("p", "better", made("em", "", words.instead), " ", finding.suggestion);
  const row = made("div", "row");
  if (finding.edit) {
    row.append(button("primary", words.use, use));
    row.lastChild.title = "Alt+Enter";
  }
  row.append(button("", words.dismiss, dismiss));
  if (finding.card) row.append(made("span", "grow"), source(finding.card));
  return [heading, made("p", "", finding.message), ...(finding.suggestion ? [better] : []), row];
}

// Below the finding or above it, but never over it nor over the line that is being typed.
function place(host, marked, typed) {
  const frame = host.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const lines = [marked, typed].filter(Boolean);
  const tops = [...lines.map((line) => line.bottom + GAP), ...lines.map((line) => line.top - GAP - height)];
  const free = (top) => lines.every((line) => top + height <= line.top || top >= line.bottom);
  const seen = (top) => top >= 0 && top + height <= innerHeight;
  const top = tops.find((top) => free(top) && seen(top)) ?? tops.find(free) ?? tops[0];
  const left = Math.max(0, Math.min(marked.left - frame.left, frame.width - width));
  box.style.top = `${top - frame.top}px`;
  box.style.left = `${left}px`;
}

export function show({ host, finding, marked, typed, use, dismiss, whenClosed }) {
  hide();
  box ??= made("div", "reason");
  box.tabIndex = -1; // a click on its words leaves the focus inside
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", words.why);
  box.replaceChildren(...contents(finding, { use, dismiss }));
  box.hidden = false;
  host.append(box);
  closed = whenClosed;
  place(host, marked, typed);
  return box;
}

export function hide() {
  if (!box || box.hidden) return;
  const held = box.contains(document.activeElement);
  const field = box.parentElement?.querySelector("textarea");
  box.hidden = true;
  if (held) field?.focus();
  closed();
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) hide();
});
// Not every phone takes the focus away when something else is tapped.
addEventListener("pointerdown", (event) => { if (!box?.parentElement?.contains(event.target)) hide(); });
// A phone's keyboard makes the window lower; only another width sets the words elsewhere.
let wide = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== wide) hide();
  wide = innerWidth;
});
