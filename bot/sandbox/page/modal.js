// A modal asked for by the bot, in a native dialog (which keeps the focus inside).
import { byId, el, freshId, replaceChildren } from "./dom.js";
import { richText } from "./rich.js";
import { picker } from "./selects.js";
import { namesFor } from "./store.js";

/** Show `modal`; `onsubmit(values, files)` answers an error text, or null when it was taken. */
export function openModal(modal, onsubmit) {
  const dialog = byId("modal");
  const fields = (modal.components ?? []).map(fieldOf).filter(Boolean);
  const error = el("p", { class: "failed", role: "alert" });
  const titleId = freshId("modal-title");
  const form = el(
    "form",
    { method: "dialog", class: "modal-form", "aria-labelledby": titleId },
    el("h2", { id: titleId }, modal.title),
    fields.map((field) => field.node),
    error,
    el(
      "div",
      { class: "row end" },
      el("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel"),
      el("button", { type: "submit", class: "button primary" }, "Submit"),
    ),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const read = fields.filter((field) => field.customId);
    const values = Object.fromEntries(read.map((field) => [field.customId, field.value()]));
    const files = Object.assign({}, ...read.map((field) => field.files?.() ?? {}));
    error.textContent = (await onsubmit(values, files)) ?? "";
    if (!error.textContent) dialog.close();
  });
  replaceChildren(dialog, form);
  dialog.setAttribute("aria-labelledby", titleId);
  if (!dialog.open) dialog.showModal();
}

/** A field of the modal: `{node, customId, value()}`; text alone has no customId. */
function fieldOf(component) {
  if (component.type === 10) return { node: el("div", { class: "text" }, richText(component.content, namesFor({}))) };
  if (component.type === 1) return fieldOf({ ...component.components[0], title: component.components[0]?.label });
  if (component.type === 18) return fieldOf({ ...component.component, title: component.label, description: component.description });
  const build = { 4: textField, 3: selectField, 5: selectField, 6: selectField, 7: selectField, 8: selectField, 19: fileField, 21: choiceField, 22: choiceField, 23: tickField }[component.type];
  return build ? build(component) : null;
}

function labelled(component, input, { group = false } = {}) {
  const id = freshId("field");
  const required = component.required !== false && component.type !== 23;
  const title = [component.title, required && el("span", { class: "required", "aria-hidden": "true" }, " *")];
  const description = component.description && el("p", { class: "muted", id: `${id}-d` }, component.description);
  if (group) return el("fieldset", { class: "field" }, el("legend", {}, title), description, input);
  const target = input.matches("input, textarea") ? input : input.querySelector("button");
  target.id = id;
  if (description) target.setAttribute("aria-describedby", `${id}-d`);
  return el("div", { class: "field" }, el("label", { for: id }, title), description, input);
}

function textField(component) {
  const long = component.style === 2;
  const input = el(long ? "textarea" : "input", {
    type: long ? null : "text", rows: long ? 4 : null, required: component.required !== false, placeholder: component.placeholder,
    minlength: component.min_length, maxlength: component.max_length ?? 4000, autocomplete: "off",
  });
  input.value = component.value ?? "";
  return { node: labelled(component, input), customId: component.custom_id, value: () => input.value };
}

function selectField(component) {
  const node = picker(component, { label: component.title ?? component.placeholder });
  return { node: labelled(component, node), customId: component.custom_id, value: () => node.values() };
}

function fileField(component) {
  const input = el("input", { type: "file", required: component.required !== false, multiple: (component.max_values ?? 1) > 1 });
  const named = () => Object.fromEntries([...input.files].map((file, index) => [`${component.custom_id}/${index}`, file]));
  return { node: labelled(component, input), customId: component.custom_id, value: () => Object.keys(named()), files: named };
}

function choiceField(component) {
  const type = component.type === 21 ? "radio" : "checkbox";
  const inputs = (component.options ?? []).map((option) => {
    const input = el("input", { type, name: component.custom_id, value: option.value, checked: Boolean(option.default) });
    return { input, node: el("label", { class: "choice" }, input, " ", option.label) };
  });
  const chosen = () => inputs.filter(({ input }) => input.checked).map(({ input }) => input.value);
  const value = () => (type === "radio" ? (chosen()[0] ?? null) : chosen());
  return { node: labelled(component, inputs.map(({ node }) => node), { group: true }), customId: component.custom_id, value };
}

function tickField(component) {
  const input = el("input", { type: "checkbox", checked: Boolean(component.default) });
  return { node: labelled(component, input), customId: component.custom_id, value: () => input.checked };
}
