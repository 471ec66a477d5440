// A reference of any language, as a page of Markdown: each public name with its declaration and its documentation.
//
// An item is `{ name, code, doc, members }`; a member the same without members. `doc` is Markdown. What stands for several
// names has a `title` in place of its own name.

import { linesOf } from "../lib/markdown.mjs";

/** The page of one module. `language` is that of its code, and `source` what it is generated from. */
export function page({ language, source, doc, items }) {
  const parts = [`Generated from ${source}.\n`, text(doc)];
  const add = (level, { name, title = `\`${name}\``, code, doc }) =>
    parts.push(`${level} ${title}\n`, block(language, code), text(doc));
  for (const item of items) {
    add("##", item);
    for (const member of item.members ?? []) add("###", member);
  }
  return parts.join("\n");
}

function block(language, code) {
  return code ? `\`\`\`${language}\n${code.trimEnd()}\n\`\`\`\n` : "";
}

/** Headings of a comment are no headings of the page, and `<T>` outside of code is no markup. */
function text(doc = "") {
  const lines = linesOf(doc.trim()).map(({ line, kind }) => {
    if (kind !== "text" || /^ {4}|^\t/.test(line)) return line;
    return outsideOfCode(line.replace(/^#+ (.*?)(?: \{#.*\})?$/, "**$1**"), (part) => part.replaceAll(/\\?</g, "&lt;"));
  });
  return lines.join("\n").trim() && `${lines.join("\n")}\n`;
}

/** Changes what is not between backticks. */
function outsideOfCode(line, change) {
  return line
    .split(/(`[^`]*`)/)
    .map((part, at) => (at % 2 === 1 ? part : change(part)))
    .join("");
}
