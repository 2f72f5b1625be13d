// A list of options that pops up at its owner (an input or a button), after the combobox pattern of the ARIA
// authoring practices: focus stays on the owner, which names the active option.
import { el, freshId, replaceChildren, wrap } from "./dom.js";

/** Options are `{value, label, description, selected}`. `onpick(option)` decides whether to close (`list.hide()`). */
export function listbox({ owner, label, multiple = false, onpick }) {
  const id = freshId("list");
  const element = el("ul", {
    id, role: "listbox", class: "listbox", hidden: true, "aria-label": label, "aria-multiselectable": multiple ? "true" : null,
  });
  let options = [];
  let active = -1;
  // A field of several lines may not be called a combobox: it stays a text field that has suggestions.
  const isText = owner.localName === "textarea";
  if (isText) owner.setAttribute("aria-autocomplete", "list");
  else owner.setAttribute("role", "combobox");
  owner.setAttribute("aria-haspopup", "listbox");
  owner.setAttribute("aria-controls", id);
  expand(false);

  function expand(open) {
    element.hidden = !open;
    if (!isText) owner.setAttribute("aria-expanded", String(open));
  }

  function optionNode(option, index) {
    return el(
      "li",
      {
        id: `${id}-${index}`, role: "option", "aria-selected": option.selected ? "true" : "false",
        // The owner keeps the focus, also when the pointer is used.
        onmousedown: (event) => event.preventDefault(),
        onclick: () => onpick(option),
      },
      el("span", { class: "option-label" }, option.label),
      option.description && el("span", { class: "option-description" }, option.description),
    );
  }

  function activate(index) {
    element.children[active]?.classList.remove("active");
    active = options.length ? wrap(index, options.length) : -1;
    const node = element.children[active];
    if (!node) return owner.removeAttribute("aria-activedescendant");
    node.classList.add("active");
    node.scrollIntoView({ block: "nearest" });
    owner.setAttribute("aria-activedescendant", node.id);
  }

  const list = {
    element,
    get open() { return !element.hidden; },
    get active() { return options[active]; },
    show(next, { at = 0 } = {}) {
      options = next;
      replaceChildren(element, options.map(optionNode));
      expand(options.length > 0);
      active = -1;
      activate(at);
    },
    hide() {
      expand(false);
      owner.removeAttribute("aria-activedescendant");
    },
    /** Whether the key was one of the list's own. */
    key(event) {
      const moves = { ArrowDown: active + 1, ArrowUp: active - 1 };
      if (!list.open || event.isComposing) return false;
      if (event.key in moves) activate(moves[event.key]);
      else if (event.key === "PageDown") activate(Math.min(active + 8, options.length - 1));
      else if (event.key === "PageUp") activate(Math.max(active - 8, 0));
      else if (event.key === "Escape") list.hide();
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
  return list;
}
