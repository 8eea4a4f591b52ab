// What is wrong with a draft: asks the server at pauses in typing, and keeps its answer in step with the text.
import { post } from "./net.js";

const LONGEST = 20000; // characters; more would make every pause in typing a wait
const MESSAGE = 50000; // what the server takes as the customer's words
const PAUSE = 300; // milliseconds without a key

// Only beyond 20,000 units can there be more than 20,000 characters, and beyond twice that there must be.
export const tooLong = (text) => text.length > LONGEST && (text.length > 2 * LONGEST || [...text].length > LONGEST);

// Half a character can be pasted, but not be sent.
const whole = (text) => text.toWellFormed?.() ?? text;

// What the draft answers: the message as shown, or one that is pasted and not read yet.
function theirs() {
  const text = document.querySelector("blockquote.message")?.textContent ?? document.getElementById("message")?.value ?? "";
  return text.trim() && text.length <= MESSAGE ? whole(text) : null;
}

// The server counts characters (code points), the browser UTF-16 units: from one to the other.
function unitsIn(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (at) => at;
  const places = [];
  let units = 0;
  for (const character of text) { places.push(units); units += character.length; }
  places.push(units);
  return (at) => places[at];
}

export function findingsIn(text, answer) {
  const unit = unitsIn(text);
  const placed = (span) => ({ ...span, start: unit(span.start), end: unit(span.end) });
  return answer.findings
    .map((finding) => ({ ...placed(finding), edit: finding.edit && placed(finding.edit) }))
    .sort((one, other) => one.start - other.start);
}

// Findings after a change of the text: those behind it move, those in it go until the server has looked again.
export function shifted(findings, before, after) {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < most - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++;
  const by = after.length - before.length;
  const moved = (span) => {
    if (!span || span.end <= head) return span;
    return span.start >= before.length - tail ? { ...span, start: span.start + by, end: span.end + by } : null;
  };
  return findings.map(moved).filter(Boolean).map((finding) => ({ ...finding, edit: moved(finding.edit) }));
}

// At most one request is under way; an answer for words that have changed since is dropped.
export function checker({ text, answered, failed }) {
  let timer;
  let busy = false;
  let again = false;

  async function now() {
    clearTimeout(timer);
    again = busy;
    if (busy || !text().trim() || tooLong(text())) return;
    busy = true;
    const asked = { text: text(), customer_text: theirs() };
    const stillSo = () => text() === asked.text && theirs() === asked.customer_text;
    try {
      const answer = await post("/lint", { ...asked, text: whole(asked.text) });
      if (stillSo()) answered(asked.text, answer);
    } catch (error) {
      if (stillSo()) failed(error);
    }
    busy = false;
    if (again) await now();
  }

  return {
    now,
    soon() { clearTimeout(timer); timer = setTimeout(now, PAUSE); },
    stop() { clearTimeout(timer); again = false; },
  };
}

let line = Promise.resolve();

// Work that can wait: after the page is there, one after the other.
export function inTurn(job) {
  line = line.then(() => new Promise((done) => setTimeout(done, 60))).then(job).catch(() => {});
}
