// Drafts: edit in place, copy (with a warning while something is left to mend), say what is wrong.
import { bindEditors, checkAnew, errorsIn } from "./editor.js";
import { post } from "./net.js";
import { hide } from "./popover.js";
import { fill, toast, words } from "./words.js";

const BLANK = /\[\[[^[\]]{1,80}\]\]/g;

// What was done with a reply is told quietly: a lost note must not stand in an agent's way.
async function tell(article, fields) {
  const id = article.closest("[data-suggestion]")?.dataset.suggestion;
  if (!id) return; // written before any message was read
  try { await post(`/outcomes/${id}`, { style: article.dataset.style, ...fields }); } catch { /* see above */ }
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function showBlanks(article) {
  const area = article.querySelector(".draft");
  const left = [...new Set(area.value.match(BLANK) ?? [])];
  const line = article.querySelector(".blanks");
  line.hidden = left.length === 0;
  line.replaceChildren();
  if (left.length) {
    const [before, after] = words.blanks.split("{blanks}");
    line.append(before);
    for (const blank of left) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "blank";
      button.textContent = blank.slice(2, -2);
      button.addEventListener("click", () => {
        const at = area.value.indexOf(blank);
        area.focus();
        area.setSelectionRange(at, at + blank.length);
      });
      line.append(button, " ");
    }
    line.append(after ?? "");
  }
  const copy = article.querySelector("[data-copy-reply]");
  delete copy.dataset.warned;
  copy.textContent = words.copy;
  const reset = article.querySelector("[data-reset]");
  if (reset) reset.hidden = area.value === area.defaultValue;
}

// What is left to mend, by name and in words.
function concerns(article) {
  const area = article.querySelector(".draft");
  const found = {};
  if (area.value.match(BLANK)) found.blanks = article.querySelector(".blanks").textContent;
  const hurting = errorsIn(area);
  if (hurting.length) found.hurts = fill(words.hurts, { words: [...new Set(hurting)].map((text) => `“${text}”`).join(" ") });
  return found;
}

async function toClipboard(area) {
  try {
    await navigator.clipboard.writeText(area.value);
  } catch {
    area.focus();
    area.select();
    // Older browsers and plain http: the command still works on a selection.
    if (!document.execCommand("copy")) { toast(words.failed); return false; }
  }
  return true;
}

async function copy(article) {
  const area = article.querySelector(".draft");
  const button = article.querySelector("[data-copy-reply]");
  if (article.matches(".own-reply") && !area.value.trim()) return area.focus();
  const left = concerns(article);
  const warned = button.dataset.warned?.split(" ") ?? [];
  if (Object.keys(left).some((name) => !warned.includes(name))) {
    button.dataset.warned = Object.keys(left).join(" ");
    button.textContent = words.anyway;
    article.querySelector(".blanks").classList.add("urgent");
    toast(Object.values(left).join(" · "));
    return;
  }
  if (!(await toClipboard(area))) return;
  const edited = area.value !== area.defaultValue;
  button.textContent = words.copied;
  toast(words.copied);
  setTimeout(() => showBlanks(article), 1500);
  tell(article, edited ? { action: "edited", text: area.value } : { action: "copied" });
}

export function copyReply(index) {
  const article = document.querySelectorAll(".reply")[index];
  if (article) {
    article.scrollIntoView({ block: "nearest" });
    copy(article);
  }
}

// Whether the agent is writing in a suggested reply, or has changed or judged one.
export function inUse() {
  return [...document.querySelectorAll(".reply")].some((article) => {
    const area = article.querySelector(".draft");
    return area.value !== area.defaultValue || article.contains(document.activeElement) || article.matches(".rejected");
  });
}

export function bindReplies(root) {
  bindEditors(root);
  for (const article of root.querySelectorAll(".reply, .own-reply")) {
    if (article.dataset.bound) continue;
    article.dataset.bound = "yes";
    const area = article.querySelector(".draft");
    area.addEventListener("input", () => { grow(area); showBlanks(article); });
    article.querySelector("[data-copy-reply]").addEventListener("click", () => copy(article));
    if (article.matches(".reply")) bindJudgement(article, area);
    grow(area);
    showBlanks(article);
  }
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.onclick = async () => { if (await toClipboard(document.getElementById(button.dataset.copy))) toast(words.copied); };
  }
}

function bindJudgement(article, area) {
  const wrong = article.querySelector("form.wrong");
  article.querySelector("[data-reset]").addEventListener("click", () => {
    area.value = area.defaultValue;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  article.querySelector("[data-wrong]").addEventListener("click", () => { wrong.hidden = !wrong.hidden; if (!wrong.hidden) wrong.reason.focus(); });
  article.querySelector("[data-cancel]").addEventListener("click", () => { wrong.hidden = true; });
  wrong.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = wrong.note.value.trim() ? `${wrong.reason.value}: ${wrong.note.value.trim()}` : wrong.reason.value;
    await tell(article, { action: "rejected", reason });
    wrong.hidden = true;
    article.classList.add("rejected");
    toast(words.thanks);
  });
}

let answers = null; // the message that the own reply is for; none before one was read

function shownMessage() {
  const reading = document.querySelector(".reading");
  return reading && { id: reading.dataset.case, text: reading.querySelector(".message").textContent };
}

// Puts a new page in place of the old. What the agent wrote stays, unless it was for another customer's message.
export function replacing(change) {
  hide();
  const old = document.querySelector(".own-reply");
  answers ??= shownMessage();
  change();
  const now = shownMessage();
  const fresh = document.querySelector(".own-reply");
  const same = !answers || !now || now.id === answers.id || now.text === answers.text;
  if (old && fresh && same && old.querySelector(".draft").value) {
    fresh.replaceWith(old);
    checkAnew(old.querySelector(".draft"));
  }
  answers = now ?? answers;
  bindReplies(document);
}

// An empty page still has a place to write in.
export function clearReplies() {
  hide();
  answers = null;
  document.getElementById("right").replaceChildren(document.getElementById("scratch").content.cloneNode(true));
  bindReplies(document);
}

addEventListener("resize", () => document.querySelectorAll(".draft").forEach(grow));
