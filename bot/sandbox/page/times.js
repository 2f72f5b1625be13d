// Times as Discord shows them: in the viewer's own zone, relative ones kept fresh.
import { el } from "./dom.js";

const LOCALE = navigator.languages.find((language) => language.startsWith("en")) ?? "en-GB";
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};
const FORMATS = Object.fromEntries(
  Object.entries(STYLES).map(([style, options]) => [style, new Intl.DateTimeFormat(LOCALE, options)]),
);
const RELATIVE = new Intl.RelativeTimeFormat(LOCALE, { numeric: "always" });
const UNITS = [
  ["year", 31557600],
  ["month", 2629800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

// The demo's time may be ahead of the machine's: the panel lets months pass.
let ahead = 0;
const clock = () => Date.now() + ahead;

/** Take over the server's time, in seconds; small differences are the network's. */
export function setClock(seconds) {
  const difference = seconds * 1000 - Date.now();
  ahead = Math.abs(difference) < 5000 ? 0 : difference;
}

/** The text of `<t:unix:style>`; `now` in milliseconds. */
export function format(unix, style, now = clock()) {
  const date = new Date(unix * 1000);
  if (Number.isNaN(date.getTime())) return "an unknown time";
  return style === "R" ? relative(unix - now / 1000) : FORMATS[style].format(date);
}

function relative(seconds) {
  const away = Math.abs(seconds);
  if (away < 5) return "now";
  const [unit, size] = UNITS.find(([, length]) => away >= length) ?? UNITS.at(-1);
  return RELATIVE.format(Math.sign(seconds) * Math.floor(away / size), unit);
}

/** A `<time>` with the exact time behind it. */
export function timeElement(unix, style, attributes = {}) {
  const date = new Date(unix * 1000);
  const known = !Number.isNaN(date.getTime());
  return el(
    "time",
    {
      datetime: known ? date.toISOString() : null,
      title: format(unix, "F"),
      "data-unix": style === "R" ? unix : null,
      ...attributes,
    },
    format(unix, style),
  );
}

/** When a message was written: the time today, the date before. */
export function stamp(iso) {
  const unix = Date.parse(iso) / 1000;
  return timeElement(unix, stampStyle(unix, clock()), { class: "stamp", "data-written": unix });
}

/** Beside a message that stands under another of its author; its name and time are said with it already. */
export const hourOf = (iso) => timeElement(Date.parse(iso) / 1000, "t", { class: "gutter", "aria-hidden": "true" });

const stampStyle = (unix, now) => (new Date(unix * 1000).toDateString() === new Date(now).toDateString() ? "t" : "s");

/** Keep every relative time of the document fresh, and the date of what was written on another day. */
export function keepFresh() {
  setInterval(() => {
    const now = clock();
    for (const element of document.querySelectorAll("time[data-unix], time[data-written]")) {
      const unix = Number(element.dataset.unix ?? element.dataset.written);
      const text = format(unix, element.dataset.unix ? "R" : stampStyle(unix, now), now);
      if (element.textContent !== text) element.textContent = text;
    }
  }, 1000);
}
