// The five select menus. Several values are sent when the list closes, one at once, as Discord does.
import { el } from "./dom.js";
import { listbox } from "./listbox.js";
import { choices } from "./store.js";

const OPTIONS = {
  3: (component) => component.options ?? [],
  5: choices.users,
  6: choices.roles,
  7: choices.mentionables,
  8: choices.channels,
};

/** What may be chosen, and what is chosen at first. */
export function choicesOf(component) {
  const preset = new Set((component.default_values ?? []).map((value) => value.id));
  return OPTIONS[component.type](component).map((option) => ({ ...option, selected: option.default ?? preset.has(option.value) }));
}

/** A select in a message. */
export function selectNode(component, context) {
  return picker(component, { onchoose: (values) => context.act(component, { values }) });
}

/** A select with its list; `node.values()` says what is chosen. */
export function picker(component, { onchoose = () => {}, label = component.placeholder ?? "Choose" }) {
  const most = component.max_values ?? 1;
  let options = choicesOf(component);
  let before = "";
  const text = el("span", { class: "select-text" });
  const owner = el("button", { type: "button", class: "select", disabled: Boolean(component.disabled), "data-custom-id": component.custom_id }, text, el("span", { "aria-hidden": "true" }, "▾"));
  owner.setAttribute("aria-label", label);
  const list = listbox({ owner, label, multiple: most > 1, onpick });
  const chosen = () => options.filter((option) => option.selected);
  const values = () => chosen().map((option) => option.value);

  function describe() {
    text.textContent = chosen().map((option) => option.label).join(", ") || component.placeholder || "Choose";
    text.classList.toggle("muted", chosen().length === 0);
    owner.setAttribute("aria-label", `${label}: ${text.textContent}`);
  }
  function onpick(option) {
    const at = options.indexOf(option);
    if (most === 1) options = options.map((other) => ({ ...other, selected: other === option }));
    else if (option.selected || chosen().length < most) option.selected = !option.selected;
    describe();
    if (most > 1) return list.show(options, { at });
    list.hide();
    return onchoose(values());
  }
  function open() {
    before = values().join();
    list.show(options, { at: Math.max(options.findIndex((option) => option.selected), 0) });
  }
  function close() {
    if (!list.open) return;
    list.hide();
    if (most > 1 && values().join() !== before && values().length >= (component.min_values ?? 1)) onchoose(values());
  }
  owner.addEventListener("click", () => (list.open ? close() : open()));
  owner.addEventListener("blur", close);
  owner.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && list.open) close();
    else if (!list.open && event.key === "ArrowDown") open();
    else if (list.open && (event.key === "Enter" || event.key === " ")) onpick(list.active);
    else if (list.key(event)) return;
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  describe();
  const node = el("div", { class: "select-wrap" }, owner, list.element);
  node.values = values;
  return node;
}
