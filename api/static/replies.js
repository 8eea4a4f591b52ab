// Drafts: edit in place, copy (with a warning while blanks are left), say what is wrong.
import { post } from "./net.js";
import { toast, words } from "./words.js";

const BLANK = /\[\[[^[\]]{1,80}\]\]/g;
const suggestion = (article) => article.closest("[data-suggestion]").dataset.suggestion;

// What was done with a reply is told quietly: a lost note must not stand in an agent's way.
const tell = (article, fields) => post(`/outcomes/${suggestion(article)}`, { style: article.dataset.style, ...fields }).catch(() => {});

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
  article.querySelector("[data-reset]").hidden = area.value === area.defaultValue;
  return left;
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
  if (area.value.match(BLANK) && !button.dataset.warned) {
    button.dataset.warned = "yes";
    button.textContent = words.anyway;
    article.querySelector(".blanks").classList.add("urgent");
    toast(article.querySelector(".blanks").textContent);
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

export function bindReplies(root) {
  for (const article of root.querySelectorAll(".reply")) {
    if (article.dataset.bound) continue;
    article.dataset.bound = "yes";
    const area = article.querySelector(".draft");
    const wrong = article.querySelector("form.wrong");
    area.addEventListener("input", () => { grow(area); showBlanks(article); });
    article.querySelector("[data-copy-reply]").addEventListener("click", () => copy(article));
    article.querySelector("[data-reset]").addEventListener("click", () => { area.value = area.defaultValue; grow(area); showBlanks(article); });
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
    grow(area);
    showBlanks(article);
  }
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.onclick = async () => { if (await toClipboard(document.getElementById(button.dataset.copy))) toast(words.copied); };
  }
}
addEventListener("resize", () => document.querySelectorAll(".draft").forEach(grow));
