// Below a draft: in one line what was found, and whether the draft heats or cools.
import { fill, words } from "./words.js";

const EVEN = 0.15; // a score nearer to nothing than this is neither

const signed = (number) => `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(2)}`;

function summed(findings) {
  const mend = findings.filter((finding) => finding.severity === "error").length;
  const weigh = findings.length - mend;
  if (mend && weigh) return fill(words.both, { mend, weigh });
  if (mend) return fill(words.mend, { mend });
  return weigh ? fill(words.weigh, { weigh }) : words.clean;
}

function whyNot(error) {
  if (error.status === 401 || error.status === 403) return words.expired;
  return error.status ? words.broken : words.away;
}

export class Verdict {
  constructor(root, next) {
    this.line = root.querySelector(".check");
    this.next = root.querySelector(".next");
    this.gauge = root.querySelector(".tension");
    this.next.addEventListener("click", next);
    this.opensOnFocus();
    root.hidden = false;
  }

  // Nothing written, nothing to say.
  clear() { this.say(""); this.gauge.hidden = true; }

  found(findings) { this.say(summed(findings), findings); }

  failed(error) { this.unchecked(whyNot(error)); }

  unchecked(why) {
    this.say(fill(words.unchecked, { why }));
    this.line.classList.add("unchecked");
    this.gauge.hidden = true;
  }

  say(text, findings = []) {
    // The same words again would be read out again.
    if (this.line.textContent !== text) this.line.textContent = text;
    this.line.classList.remove("unchecked");
    this.line.classList.toggle("to-mend", findings.some((finding) => finding.severity === "error"));
    this.next.hidden = !findings.length;
  }

  measured({ score, influences }) {
    const { gauge } = this;
    const way = Math.abs(score) < EVEN ? "even" : score < 0 ? "heats" : "cools";
    gauge.dataset.way = way;
    gauge.querySelector("b").textContent = signed(score);
    gauge.querySelector("summary").setAttribute("aria-label", fill(words.tension, { word: words[way], score: signed(score) }));
    gauge.querySelector(".scale").style.setProperty("--score", score);
    const reasons = influences.map(({ effect, text }) => {
      const item = document.createElement("li");
      item.className = effect < 0 ? "minus" : "plus";
      item.textContent = `${effect < 0 ? "−" : "+"} ${text}`;
      return item;
    });
    if (!reasons.length) {
      reasons.push(document.createElement("li"));
      reasons[0].textContent = words.reasonless;
    }
    gauge.querySelector("ul").replaceChildren(...reasons);
    gauge.hidden = false;
  }

  // Whoever comes by keyboard sees the reasons at once; a click opens them anyway.
  opensOnFocus() {
    const { gauge } = this;
    let byFocus = false;
    gauge.querySelector("summary").addEventListener("focus", (event) => {
      byFocus = event.target.matches(":focus-visible") && !gauge.open;
      if (byFocus) gauge.open = true;
    });
    gauge.addEventListener("focusout", () => { if (byFocus) gauge.open = false; });
    gauge.addEventListener("keydown", (event) => { if (event.key === "Escape") gauge.open = false; });
  }
}
