// A menu at a message: arrow keys move, Escape goes back to where one came from.
import { byId, el, replaceChildren, wrap } from "./dom.js";

let close = () => {};

/** Items are `{label, run, danger, heading}`. `at` is a point {x, y} or an element to open under. */
export function openMenu(items, at, { label }) {
  close();
  const menu = byId("menu");
  const origin = document.activeElement;
  const buttons = [];
  const nodes = items.map((item) => {
    if (item.heading) return el("div", { class: "menu-heading", role: "presentation" }, item.heading);
    const button = el("button", { type: "button", role: "menuitem", tabindex: -1, class: item.danger ? "danger" : null, onclick: () => { close(); item.run(); } }, item.label);
    buttons.push(button);
    return button;
  });
  replaceChildren(menu, nodes);
  menu.setAttribute("aria-label", label);
  menu.hidden = false;
  place(menu, at);

  const outside = (event) => { if (!menu.contains(event.target)) close(); };
  const keys = (event) => {
    const index = buttons.indexOf(document.activeElement);
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (next !== undefined) buttons[wrap(next, buttons.length)]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  close = () => {
    menu.hidden = true;
    document.removeEventListener("pointerdown", outside, true);
    menu.removeEventListener("keydown", keys);
    close = () => {};
    if (origin?.isConnected) origin.focus();
  };
  document.addEventListener("pointerdown", outside, true);
  menu.addEventListener("keydown", keys);
  buttons[0]?.focus();
}

function place(menu, at) {
  const point = at instanceof Element ? { x: at.getBoundingClientRect().left, y: at.getBoundingClientRect().bottom } : at;
  const { width, height } = menu.getBoundingClientRect();
  menu.style.setProperty("left", `${Math.max(8, Math.min(point.x, innerWidth - width - 8))}px`);
  menu.style.setProperty("top", `${Math.max(8, Math.min(point.y, innerHeight - height - 8))}px`);
}
