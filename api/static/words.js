// The page's language lives in the page; scripts only borrow it.
export const words = { ...(document.getElementById("words")?.dataset ?? {}) };

// "{n} to mend" and {n: 2}: "2 to mend".
export const fill = (text, fields) => text.replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);

let timer;
export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text || words.offline || "";
  box.classList.add("on");
  clearTimeout(timer);
  timer = setTimeout(() => box.classList.remove("on"), 4500);
}
