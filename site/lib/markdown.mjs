// Turns a page of the repository into a page of the site. Both show the same Markdown: what differs is the title, which
// the site has apart, the addresses of links, and what only rustdoc understands.
import path from "node:path";

/** Splits Markdown into its lines, each with whether it is code or one of the lines around code. */
export function linesOf(text) {
  let fence;
  return text.split("\n").map((line) => {
    const [, marks, info] = /^ *(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === undefined && marks) {
      fence = marks;
      return { line, kind: "open", info: info.trim() };
    }
    if (fence !== undefined && marks?.startsWith(fence) && info.trim() === "") {
      fence = undefined;
      return { line, kind: "close" };
    }
    return { line, kind: fence === undefined ? "text" : "code" };
  });
}

/** The blocks of code of a page: the language, the words after it, the code, the line, and the comment above it. */
export function blocksOf(text) {
  const blocks = [];
  const lines = linesOf(text);
  for (const [at, { kind, info, line }] of lines.entries()) {
    if (kind === "open") {
      const [language = "", ...words] = info.split(/\s+/);
      blocks.push({ language, words: words.join(" "), line: at + 1, code: "", comment: commentAbove(lines, at) });
    } else if (kind === "code") blocks.at(-1).code += `${line}\n`;
  }
  return blocks;
}

/** What the comment directly above a line says: `<!-- it is this -->`. */
function commentAbove(lines, at) {
  let above = at - 1;
  while (above >= 0 && lines[above].line.trim() === "") above -= 1;
  return /^ *<!-- (.*) -->$/.exec(lines[above]?.line ?? "")?.[1];
}

/**
 * The page as Starlight reads it. `address` is called with what a link of this page names, a path in the repository and
 * an anchor, and returns the link's address.
 */
export function convert(text, page, address) {
  const source = page.rust ? fromRustdoc(text) : text;
  const lines = linesOf(withoutHidden(source));
  let title = page.title;
  const body = [];
  for (const { line, kind } of lines) {
    if (kind !== "text") {
      body.push(line);
      continue;
    }
    const heading = /^# (.*)$/.exec(line);
    if (heading && !page.rust) title ??= heading[1].replaceAll("`", "");
    else if (!/^ *<!--.*-->$/.test(line)) body.push(withLinks(line, page.file, address));
  }
  if (title === undefined) throw new Error(`${page.file} has no title: neither a heading nor one in site/pages.json`);
  const description = page.description ?? firstSentence(source);
  const head = { title, description, ...page.frontmatter };
  const front = Object.entries(head).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `---\n${front.join("\n")}\n---\n${body.join("\n").trim()}\n`;
}

/** Rust as a reader sees it: without the lines that rustdoc hides, and the words that are for tests. */
function withoutHidden(text) {
  let isRust = false;
  return linesOf(text)
    .map((part) => {
      if (part.kind === "open") isRust = /^rust\b/.test(part.info);
      return { ...part, isRust };
    })
    .filter(({ line, kind, isRust }) => !(isRust && kind === "code" && /^#( |$)/.test(line)))
    .map(({ line, kind, isRust }) => (isRust && kind === "open" ? "```rust" : line))
    .join("\n");
}

/** The first sentence of the first paragraph, without markup: what search engines show. */
function firstSentence(text) {
  const paragraph = text.split(/\n\n+/).find((part) => /^[\p{L}`*[]/u.test(part) && !part.startsWith("```"));
  const plain = (paragraph ?? "").replaceAll(/\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])?/g, "$1").replaceAll(/[`*]/g, "");
  return plain.replaceAll(/\s+/g, " ").replace(/(?<=\p{L}\.) .*$/u, "").slice(0, 300).trim();
}

/** Rewrites the addresses of the links in a line of text, except for those in code. */
function withLinks(line, file, address) {
  return line
    .split(/(`[^`]*`)/)
    .map((part, at) =>
      at % 2 === 1 ? part : part.replaceAll(/\]\(([^()\s]+)\)/g, (_, target) => `](${resolve(target, file, address)})`),
    )
    .join("");
}

function resolve(target, file, address) {
  if (/^[a-z]+:/.test(target) || target.startsWith("#")) return target;
  const [name, anchor] = target.split("#");
  return address(path.posix.join(path.posix.dirname(file), name), anchor);
}

/**
 * Markdown as rustdoc reads it: code without a language is Rust, lines of it that begin with `# ` are hidden, headings
 * begin at the first level below the title, and links may name items.
 */
function fromRustdoc(text) {
  const defined = new Set([...text.matchAll(/^\[([^\]]+)\]: \S+/gm)].map(([, name]) => name));
  return linesOf(text)
    .map(({ line, kind, info }) => {
      if (kind === "open") return /^(|no_run|ignore|should_panic)$/.test(info) ? "```rust" : line;
      if (kind !== "text") return line;
      const named = line.replaceAll(/\[(`[^`]+`)\](?!\(|\[|:)/g, (whole, name) => (defined.has(name) ? whole : name));
      const items = named.replaceAll(/\[([^\]]*)\]\(\w+(::\w+)+\)/g, "$1");
      return items.replaceAll(/\[([^\]]*)\]\((crate|\w+::\w+)[^)]*\)/g, "$1").replace(/^(#+) /, "#$1 ");
    })
    .filter((line) => !/^\[[^\]]+\]: \w+(::\w+)+$/.test(line))
    .join("\n");
}
