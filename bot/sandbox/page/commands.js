// The application's commands as a person sees them: a flat list of what can be typed. Pure.

export const KIND = { SUBCOMMAND: 1, GROUP: 2, STRING: 3, INTEGER: 4, BOOLEAN: 5, USER: 6, CHANNEL: 7, ROLE: 8, MENTIONABLE: 9, NUMBER: 10, ATTACHMENT: 11 };

/** Everything that can be typed after a slash: `{path, description, options}`, in alphabetical order. */
export function slashCommands(commands) {
  const slash = commands.filter((command) => (command.type ?? 1) === 1);
  return slash.flatMap((command) => leaves(command, command.name)).sort((a, b) => a.path.localeCompare(b.path));
}

function leaves(node, path) {
  const inner = (node.options ?? []).filter((option) => option.type === KIND.SUBCOMMAND || option.type === KIND.GROUP);
  if (inner.length) return inner.flatMap((option) => leaves(option, `${path} ${option.name}`));
  return [{ path, description: node.description ?? "", options: node.options ?? [] }];
}

export const messageCommands = (commands) => commands.filter((command) => command.type === 3);

/** Commands for what is typed so far ("/ta", "/tasks s"): those that start so first, then those that hold it. */
export function matching(list, typed) {
  const wanted = typed.replace(/^\//, "").trimStart().replace(/\s+/g, " ").toLowerCase();
  const starts = list.filter((command) => command.path.startsWith(wanted));
  const holds = list.filter((command) => !starts.includes(command) && command.path.includes(wanted.trim()));
  return [...starts, ...holds];
}

/** `/tasks summary days:7` -> the command with its values; null while no whole command is typed. */
export function typedCommand(list, typed) {
  const text = typed.replace(/^\//, "").trimStart();
  const fits = list.filter((command) => text === command.path || text.startsWith(`${command.path} `));
  const command = fits.sort((a, b) => b.path.length - a.path.length)[0];
  if (!command) return null;
  return { command, values: typedValues(command, text.slice(command.path.length).trim()) };
}

function typedValues(command, rest) {
  if (!rest) return {};
  const names = command.options.map((option) => option.name);
  const parts = rest.split(new RegExp(`(?:^|\\s+)(${names.join("|") || "(?!)"}):`)).filter((part, index) => index > 0 || part.trim());
  if (parts.length % 2) {
    // Words without a name belong to the first option, as people expect of `/task 1337`.
    return command.options.length ? { [names[0]]: rest } : {};
  }
  const values = {};
  for (let i = 0; i < parts.length; i += 2) values[parts[i]] = parts[i + 1].trim();
  return values;
}

/** What is typed for `option` as the value Discord would send, or the sentence to show. */
export function readValue(option, text) {
  const value = text.trim();
  if (!value) return option.required ? { problem: `${option.name} is needed` } : {};
  if (option.choices?.length) return readChoice(option, value);
  if (option.type === KIND.BOOLEAN) return readBoolean(option, value);
  if (option.type === KIND.INTEGER || option.type === KIND.NUMBER) return readNumber(option, value);
  if (option.max_length && value.length > option.max_length) return { problem: `${option.name}: at most ${option.max_length} characters` };
  if (option.min_length && value.length < option.min_length) return { problem: `${option.name}: at least ${option.min_length} characters` };
  return { value };
}

function readChoice(option, text) {
  const same = (choice) => choice.name.toLowerCase() === text.toLowerCase() || String(choice.value) === text;
  const choice = option.choices.find(same);
  return choice ? { value: choice.value } : { problem: `${option.name}: choose one from the list` };
}

function readBoolean(option, text) {
  const known = { true: true, false: false };
  return text.toLowerCase() in known ? { value: known[text.toLowerCase()] } : { problem: `${option.name}: True or False` };
}

function readNumber(option, text) {
  const number = Number(text);
  if (!Number.isFinite(number) || (option.type === KIND.INTEGER && !Number.isInteger(number))) {
    return { problem: `${option.name}: ${option.type === KIND.INTEGER ? "a whole number" : "a number"}` };
  }
  if (option.min_value != null && number < option.min_value) return { problem: `${option.name}: at least ${option.min_value}` };
  if (option.max_value != null && number > option.max_value) return { problem: `${option.name}: at most ${option.max_value}` };
  return { value: number };
}
