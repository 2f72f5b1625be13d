// Discord's markdown, read into plain objects. Pure: nothing here touches the page.
// https://support.discord.com/hc/en-us/articles/210298617 and https://discord.com/developers/docs/reference#message-formatting

const FENCE = /```(?:([a-z0-9_+\-.#]+)\n)?\n*([\s\S]*?)\n*```/iy;
const BLOCKS = [
  [/>>> ?([\s\S]*)/y, (m, depth) => ({ type: "quote", children: parseBlocks(m[1], depth + 1) }), true],
  [/(?:> [^\n]*(?:\n|$))+/y, (m, depth) => ({ type: "quote", children: parseBlocks(unquote(m[0]), depth + 1) }), true],
  [/(#{1,3}) +([^\n]+)(?:\n|$)/y, (m) => ({ type: "heading", level: m[1].length, children: parseInline(m[2].trim()) })],
  [/-# +([^\n]+)(?:\n|$)/y, (m) => ({ type: "subtext", children: parseInline(m[1].trim()) })],
  [/(?: *(?:[-*]|\d{1,10}\.) +[^\n]+(?:\n|$))+/y, (m) => readList(m[0])],
];

/** The blocks of a message: heading, subtext, quote, list, code and text, each with children. */
export function parse(text) {
  return parseBlocks(String(text), 0);
}

function parseBlocks(text, depth) {
  const blocks = [];
  let run = "";
  const close = () => {
    if (run) blocks.push({ type: "text", children: parseInline(run) });
    run = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = blockAt(text, at, depth);
    if (found) {
      close();
      blocks.push(found.block);
      at += found.length;
    } else {
      const length = textLength(text, at);
      run += text.slice(at, at + length);
      at += length;
    }
  }
  close();
  return blocks;
}

function blockAt(text, at, depth) {
  if (at === 0 || text[at - 1] === "\n") {
    for (const [pattern, build, quote] of BLOCKS) {
      const m = quote && depth > 0 ? null : matchAt(pattern, text, at);
      if (m) return { block: build(m, depth), length: m[0].length };
    }
  }
  const m = matchAt(FENCE, text, at);
  if (!m) return null;
  const after = text[at + m[0].length] === "\n" ? 1 : 0;
  return { block: { type: "code", language: m[1] ?? "", text: m[2] }, length: m[0].length + after };
}

/** How far plain text goes: to the end of the line, or to a code fence within it. */
function textLength(text, at) {
  for (let i = at; i < text.length; i += 1) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === "\n") return i + 1 - at;
    else if (i > at && text[i] === "`" && matchAt(FENCE, text, i)) return i - at;
  }
  return text.length - at;
}

const unquote = (text) => text.replace(/^> /gm, "").replace(/\n$/, "");

function readList(text) {
  const lines = text.replace(/\n$/, "").split("\n").map((line) => {
    const m = /^( *)([-*]|\d{1,10}\.) +(.*)$/.exec(line);
    return { indent: m[1].length, number: parseInt(m[2], 10), children: parseInline(m[3].trim()) };
  });
  return { type: "lists", lists: nest(lines, 0, lines.length) };
}

/** Lists, one after the other where bullets and numbers alternate, deeper ones within their item. */
function nest(lines, from, to) {
  const lists = [];
  for (let at = from; at < to; ) {
    let next = at + 1;
    while (next < to && lines[next].indent > lines[from].indent) next += 1;
    const { number, children } = lines[at];
    const start = Number.isNaN(number) ? null : number;
    const open = lists.at(-1);
    const list = open && (open.start === null) === (start === null) ? open : { start, items: [] };
    if (list !== open) lists.push(list);
    list.items.push({ children, inner: next > at + 1 ? nest(lines, at + 1, next) : [] });
    at = next;
  }
  return lists;
}

const wrapped = (type) => (m) => ({ type, children: parseInline(m[1]) });
const INLINE = [
  [/\\([^0-9A-Za-z\s])/y, (m) => ({ type: "plain", text: m[1] })],
  [/(`+)([\s\S]*?[^`])\1(?!`)/y, (m) => ({ type: "inlineCode", text: m[2].replace(/^ (?=`)|(?<=`) $/g, "") })],
  [/<t:(-?\d{1,14})(?::([tTdDfFRsS]))?>/y, (m) => ({ type: "time", unix: Number(m[1]), style: m[2] ?? "f" })],
  [/<@!?(\d{1,20})>/y, (m) => ({ type: "user", id: m[1] })],
  [/<@&(\d{1,20})>/y, (m) => ({ type: "role", id: m[1] })],
  [/<#(\d{1,20})>/y, (m) => ({ type: "channel", id: m[1] })],
  [/<\/([^:>\n]{1,100}):(\d{1,20})>/y, (m) => ({ type: "command", name: m[1] })],
  [/<a?:(\w{2,32}):\d{1,20}>/y, (m) => ({ type: "plain", text: `:${m[1]}:` })],
  [/<(https?:\/\/[^\s<>]+)>/y, (m) => ({ type: "link", address: m[1], children: [{ type: "plain", text: m[1] }] })],
  [
    /\[((?:\\.|[^[\]\\\n])+)\]\(<?(https?:\/\/[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?: +"[^"\n]*")?\)/y,
    (m) => ({ type: "link", address: m[2], children: parseInline(m[1]) }),
  ],
  [/https?:\/\/[^\s<]*[^<.,:;"')\]\s]/y, (m) => ({ type: "link", address: m[0], children: [{ type: "plain", text: m[0] }] })],
  [/\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y, wrapped("strong")],
  [/__((?:\\[\s\S]|[^\\])+?)__(?!_)/y, wrapped("underline")],
  [/\*(?=\S)((?:\\[\s\S]|\*\*|\s+(?:[^*\s]|\*\*)|[^\s*\\])+?)\*(?!\*)/y, wrapped("em")],
  [/_((?:__|\\[\s\S]|[^\\_])+?)_\b/y, wrapped("em")],
  [/~~([\s\S]+?)~~(?!_)/y, wrapped("strike")],
  [/\|\|([\s\S]+?)\|\|/y, wrapped("spoiler")],
  [/@(everyone|here)\b/y, (m) => ({ type: "everyone", text: m[0] })],
];
const SPECIAL = new Set("\\`<[h*_~|@");

/** The pieces of one run of text. */
export function parseInline(text) {
  const pieces = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const found = SPECIAL.has(text[at]) ? inlineAt(text, at) : null;
    if (!found) {
      plain += text[at++];
      continue;
    }
    at += found.length;
    if (found.piece.type === "plain") plain += found.piece.text;
    else {
      if (plain) pieces.push({ type: "plain", text: plain });
      plain = "";
      pieces.push(found.piece);
    }
  }
  if (plain) pieces.push({ type: "plain", text: plain });
  return pieces;
}

function inlineAt(text, at) {
  for (const [pattern, build] of INLINE) {
    const m = matchAt(pattern, text, at);
    if (m) return { piece: build(m), length: m[0].length };
  }
  return null;
}

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
