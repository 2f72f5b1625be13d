// The one place that makes elements. Content only ever enters as text nodes, so a hostile file name stays text.

const REFUSED = new Set(["innerhtml", "outerhtml", "srcdoc", "style"]);

/** An element with attributes, listeners (`onclick`, ...) and children; null and false children are left out. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false && child !== ""));
  return element;
}

function set(element, name, value) {
  if (value == null || value === false) return;
  if (REFUSED.has(name.toLowerCase())) throw new TypeError(`${name} is not set from content`);
  if (typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (name === "href" || name === "src") element.setAttribute(name, safeUrl(value) ?? "#");
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** The address if a browser may follow it without running anything; null otherwise. */
export function safeUrl(address) {
  try {
    const url = new URL(address, location.href);
    return ["http:", "https:", "blob:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that leaves the page: new tab, and the page there cannot reach back. */
export function outsideLink(address, attributes, ...children) {
  const href = safeUrl(address);
  if (!href) return el("span", attributes, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children);
}

export function replaceChildren(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Keep `index` within a list, going round at both ends. */
export const wrap = (index, length) => ((index % length) + length) % length;

/** A CSS colour of Discord's integer. */
export const colour = (number) => `#${Number(number).toString(16).padStart(6, "0")}`;

let lastId = 0;
export const freshId = (prefix) => `${prefix}-${++lastId}`;
