// The workbench works without this file; with it, nothing reloads and the keyboard does it all.
import { fetchPart, post } from "./net.js";
import { bindReplies, clearReplies, copyReply, inUse, replacing } from "./replies.js";
import { toast, words } from "./words.js";

const $ = (selector, root = document) => root.querySelector(selector);
let latest = 0; // answers that come late are dropped

function show(html) {
  const parts = new DOMParser().parseFromString(html, "text/html");
  replacing(() => {
    for (const name of ["left", "right", "recent"]) {
      const part = $(`[data-part="${name}"]`, parts);
      if (part) document.getElementById(name).replaceChildren(...part.childNodes);
    }
  });
  showLocalTimes();
}

// The server keeps UTC; people read their own clock.
function showLocalTimes() {
  const form = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, form);
  }
}

async function read(form, more = {}) {
  const mine = ++latest;
  const busy = $("#reader .primary");
  const label = busy.textContent;
  busy.textContent = busy.dataset.busy;
  busy.disabled = true;
  document.getElementById("right").setAttribute("aria-busy", "true");
  const slow = setTimeout(() => toast(words.slow), 2500);
  try {
    const fields = new FormData(form);
    for (const [name, value] of Object.entries(more)) fields.set(name, value);
    const html = await fetchPart("/", new URLSearchParams(fields));
    if (mine !== latest) return;
    show(html);
    askForDrafts(mine);
    document.getElementById("right").scrollIntoView({ block: "nearest", behavior: "smooth" });
    if (matchMedia("(max-width: 60rem)").matches) $(".stance, .fault")?.scrollIntoView({ block: "start" });
    // From here on 1, 2 and 3 are shortcuts, no longer typing.
    else document.activeElement?.blur();
  } catch (error) {
    if (mine === latest) toast(error.message || words.offline);
  } finally {
    clearTimeout(slow);
    busy.textContent = label;
    busy.disabled = false;
    document.getElementById("right").removeAttribute("aria-busy");
  }
}

// The language model takes seconds: its replies take the playbook's place unless the agent is at work on one of those.
async function askForDrafts(mine) {
  const line = $("[data-drafts]");
  if (!line) return;
  try {
    const html = await fetchPart(line.dataset.drafts, new URLSearchParams({ stance: line.dataset.stance }));
    if (mine !== latest) return;
    if (!inUse()) return show(html);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = line.dataset.ready;
    button.addEventListener("click", () => show(html));
    line.replaceChildren(button);
  } catch {
    if (mine === latest) line.textContent = line.dataset.failed;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "reader" && form.id !== "turns") return;
  event.preventDefault();
  const text = $("#message").value;
  const limit = Number($("#reader").dataset.most);
  const count = [...text].length;
  if (form.id === "reader" && count > limit) {
    toast($("#reader").dataset.tooLong.replace("{n}", count.toLocaleString()));
    return;
  }
  read(form);
});

function startAnew() {
  latest++;
  const message = $("#message");
  message.value = "";
  document.getElementById("left").replaceChildren();
  clearReplies();
  if (location.pathname !== "/") history.pushState(null, "", "/");
  message.focus();
}

document.addEventListener("click", async (event) => {
  const target = event.target;
  if (target.closest("[data-new]")) return startAnew();
  const confirming = target.closest("[data-confirm]");
  if (confirming && !confirm(confirming.dataset.confirm)) return event.preventDefault();
  if (target.closest("[data-close]")) return $("#drawer").close();
  const card = target.closest("a[data-card]");
  if (card && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    try {
      const html = await fetchPart(card.getAttribute("href"));
      const inside = new DOMParser().parseFromString(html, "text/html").body;
      $("#drawer-body").replaceChildren(...inside.childNodes);
      $("#drawer").showModal();
      $("#drawer").scrollTop = 0;
    } catch (error) { toast(error.message || words.offline); }
  }
  const correct = target.closest("[data-correct]");
  if (correct) {
    const { suggestion: id, case: case_id } = correct.closest("[data-suggestion]").dataset;
    try {
      await post(`/outcomes/${id}`, { action: "stance_corrected", type: correct.dataset.correct });
      toast(words.thanks);
      read($("#turns") || $("#reader"), { case_id, stance: correct.dataset.correct });
    } catch (error) { toast(error.message || words.offline); }
  }
});

$("#drawer")?.addEventListener("click", (event) => { if (event.target.id === "drawer") event.target.close(); });

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest?.("#turns") || document.getElementById("reader");
    if (form) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
  if (["1", "2", "3"].includes(event.key)) copyReply(Number(event.key) - 1);
  else if (event.key === "4" && $(".own-draft")) { event.preventDefault(); $(".own-draft").focus(); }
  else if (event.key.toLowerCase() === "n" && $("[data-new]")) { event.preventDefault(); startAnew(); }
  else if (event.key === "/") { event.preventDefault(); $("#message")?.focus(); }
});

$("#filter")?.addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const item of document.querySelectorAll(".cards li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  for (const group of document.querySelectorAll(".group")) group.hidden = !$("li:not([hidden])", group);
});

bindReplies(document);
showLocalTimes();
