// Drafts that are checked while they are written. A mirror with the same words lies over the text field and carries
// the underlines; the field itself stays the plain one that undo, input methods and screen readers know.
import { checker, findingsIn, inTurn, shifted, tooLong } from "./lint.js";
import { hide, show } from "./popover.js";
import { Verdict } from "./verdict.js";
import { words } from "./words.js";

const LINGER = 150; // milliseconds before a reason under the mouse comes and goes
const MOVES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

const editors = new WeakMap(); // by text field
const nameOf = (finding) => `${finding.kind} ${finding.text}`;
const within = (x, y) => (box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;

class Editor {
  constructor(area) {
    this.area = area;
    this.host = area.closest(".editor");
    this.text = area.value;
    this.findings = [];
    this.dismissed = new Set();
    this.marks = new Map(); // the mirror's elements of each finding
    this.open = null; // the finding whose reason is shown
    this.hovered = false;
    this.composing = false;
    this.mirror = document.createElement("div");
    this.mirror.className = "mirror";
    this.mirror.lang = area.lang;
    this.mirror.setAttribute("aria-hidden", "true");
    this.host.append(this.mirror);
    this.verdict = new Verdict(this.host.nextElementSibling, () => this.step(1));
    this.check = checker({
      text: () => area.value,
      answered: (text, answer) => this.answered(text, answer),
      failed: (error) => this.verdict.failed(error),
    });
    this.listen();
  }

  listen() {
    const { area, host } = this;
    area.addEventListener("input", () => this.changed());
    // While an input method is at work the words are not words yet.
    area.addEventListener("compositionstart", () => { this.composing = true; this.check.stop(); });
    area.addEventListener("compositionend", () => { this.composing = false; this.changed(); });
    area.addEventListener("scroll", () => { this.mirror.scrollTop = area.scrollTop; });
    area.addEventListener("click", (event) => this.explain(this.under(event) ?? this.atCaret()));
    area.addEventListener("keyup", (event) => { if (MOVES.includes(event.key) && !this.composing) this.explain(this.atCaret()); });
    host.addEventListener("keydown", (event) => this.pressed(event));
    host.addEventListener("pointermove", (event) => this.pointed(event));
    host.addEventListener("pointerleave", () => this.linger(null));
    host.addEventListener("focusout", (event) => { if (this.open && !this.hovered && !host.contains(event.relatedTarget)) hide(); });
  }

  shown() { return this.findings.filter((finding) => !this.dismissed.has(nameOf(finding))); }

  changed() {
    const text = this.area.value;
    if (this.open) hide();
    this.findings = tooLong(text) ? [] : shifted(this.findings, this.text, text);
    this.text = text;
    this.render();
    this.check.stop();
    if (!text.trim()) this.verdict.clear();
    else if (tooLong(text)) this.verdict.unchecked(words.long);
    else if (!this.composing) this.check.soon();
  }

  answered(text, answer) {
    if (this.open) hide();
    this.findings = findingsIn(text, answer);
    this.render();
    this.verdict.found(this.shown());
    this.verdict.measured(answer.tension);
  }

  render() {
    const { area, mirror, marks } = this;
    const shown = this.shown();
    const going = this.open?.edit;
    const text = area.value;
    const cuts = new Set([0, text.length, ...[...shown, ...(going ? [going] : [])].flatMap(({ start, end }) => [start, end])]);
    const places = [...cuts].sort((one, other) => one - other);
    marks.clear();
    // Without findings there is nothing to lay out twice.
    const pieces = shown.length ? places.slice(1).map((end, number) => this.piece(text, places[number], end, shown, going)) : [];
    // A last line that is empty has a height in the field, too.
    mirror.replaceChildren(...pieces, shown.length && text.endsWith("\n") ? "\n" : "");
    mirror.scrollTop = area.scrollTop;
  }

  piece(text, start, end, shown, going) {
    const over = (span) => span.start <= start && end <= span.end;
    const findings = shown.filter(over);
    const leaves = going && over(going);
    if (!findings.length && !leaves) return text.slice(start, end);
    const mark = document.createElement("span");
    mark.className = `${findings[0]?.severity ?? ""} ${leaves ? "leaves" : ""}`;
    mark.textContent = text.slice(start, end);
    for (const finding of findings) this.marks.set(finding, [...(this.marks.get(finding) ?? []), mark]);
    return mark;
  }

  rects(finding) { return this.marks.get(finding).flatMap((mark) => [...mark.getClientRects()]); }

  under({ clientX: x, clientY: y }) { return this.shown().find((finding) => this.rects(finding).some(within(x, y))); }

  atCaret() {
    const { selectionStart: from, selectionEnd: to } = this.area;
    return this.shown().find(({ start, end }) => (start < from && to < end) || (start === from && end === to && from < to));
  }

  // Where the caret's line is, so that nothing is put over it.
  typedLine() {
    if (document.activeElement !== this.area) return null;
    let left = this.area.selectionEnd;
    const walker = document.createTreeWalker(this.mirror, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { data } = walker.currentNode;
      if (left < data.length || (left === data.length && left > 0)) {
        const range = document.createRange();
        range.setStart(walker.currentNode, Math.min(left, data.length - 1));
        range.setEnd(walker.currentNode, Math.min(left, data.length - 1) + 1);
        return range.getClientRects()[0] ?? null;
      }
      left -= data.length;
    }
    return null;
  }

  // The finding and what would go with it, from the first line to the last.
  marked(finding) {
    const going = [...this.mirror.querySelectorAll(".leaves")].flatMap((mark) => [...mark.getClientRects()]);
    const lines = [...this.rects(finding), ...going];
    const top = Math.min(...lines.map((line) => line.top));
    return new DOMRect(lines[0].left, top, 0, Math.max(...lines.map((line) => line.bottom)) - top);
  }

  explain(finding, hovered = false) {
    clearTimeout(this.timer);
    if (finding === this.open || (!finding && !this.open)) { this.hovered &&= hovered; return; }
    hide();
    if (!finding) return;
    this.open = finding;
    this.hovered = hovered;
    this.render();
    show({
      host: this.host,
      finding,
      marked: this.marked(finding),
      typed: this.typedLine(),
      use: () => this.take(finding),
      dismiss: () => this.dismiss(finding),
      whenClosed: () => { this.open = null; this.render(); },
    });
  }

  pointed(event) {
    if (event.pointerType !== "mouse" || event.buttons) return;
    if (event.target.closest(".reason")) return clearTimeout(this.timer);
    this.linger(this.under(event));
  }

  // The mouse may cross from the words to their reason, and may pass over words that nobody asks about.
  linger(finding) {
    clearTimeout(this.timer);
    if (finding === this.open || (!finding && !this.hovered)) return;
    this.timer = setTimeout(() => this.explain(finding, true), LINGER);
  }

  pressed(event) {
    if (event.isComposing) return;
    if (event.key === "F8" && this.step(event.shiftKey ? -1 : 1)) event.preventDefault();
    if (event.key === "Enter" && event.altKey) {
      const finding = this.open ?? this.atCaret();
      if (!finding) return;
      event.preventDefault();
      if (finding.edit) this.take(finding);
    }
  }

  step(way) {
    const { area } = this;
    const shown = this.shown();
    if (!shown.length) return false;
    const next = way > 0
      ? shown.find((finding) => finding.start >= area.selectionEnd) ?? shown[0]
      : shown.findLast((finding) => finding.end <= area.selectionStart) ?? shown.at(-1);
    area.focus({ preventScroll: true });
    area.setSelectionRange(next.start, next.end);
    this.marks.get(next)?.[0].scrollIntoView({ block: "nearest" });
    this.explain(next);
    return true;
  }

  take({ edit: { start, end, text } }) {
    const { area } = this;
    area.focus();
    area.setSelectionRange(start, end);
    // The browser's own command, so that Ctrl+Z takes it back.
    if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
      area.setRangeText(text, start, end, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.check.now();
  }

  dismiss(finding) {
    this.dismissed.add(nameOf(finding));
    hide();
    this.render();
    this.area.focus();
    this.verdict.found(this.shown());
  }
}

// The words in a draft that must not be sent.
export const errorsIn = (area) => editors.get(area)?.shown().filter((finding) => finding.severity === "error").map(({ text }) => text) ?? [];

// After the message that a draft answers has changed.
export const checkAnew = (area) => editors.get(area)?.check.now();

export function bindEditors(root) {
  for (const area of root.querySelectorAll(".editor .draft")) {
    if (editors.has(area)) continue;
    const editor = new Editor(area);
    editors.set(area, editor);
    // Nobody waits for this: a draft that was edited meanwhile is asked about anyway.
    if (area.value.trim()) inTurn(() => area.isConnected && area.value === area.defaultValue && editor.check.now());
  }
}
