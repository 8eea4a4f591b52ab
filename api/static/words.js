// The page's language lives in the page; scripts only borrow it.
export const words = { ...(document.getElementById("words")?.dataset ?? {}) };

let timer;
export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text || words.offline || "";
  box.classList.add("on");
  clearTimeout(timer);
  timer = setTimeout(() => box.classList.remove("on"), 4500);
}
