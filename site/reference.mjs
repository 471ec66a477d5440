// The references that are generated from the code: each is a page of Markdown.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

import { go } from "./api/go.mjs";
import { python } from "./api/python.mjs";
import { typescript } from "./api/typescript.mjs";
import { ROOT } from "./lib/pages.mjs";

const source = (file) => readFileSync(path.join(ROOT, file), "utf8");

/** By the name that `pages.json` gives as `generated`. Each is called with the entry of its page there. */
export const REFERENCES = { cli, c, errors, go, python, rust, schemes, typescript };

/** What the binary that HOOKSEAL_CLI names says of each of its commands. */
function cli() {
  const parts = ["What `hookseal help` says of each command. Generated from the program itself.\n"];
  const visit = (words) => {
    const help = hookseal("help", ...words);
    parts.push(`## hookseal ${words.join(" ")}`.trimEnd(), "```text", help.trimEnd(), "```\n");
    const list = /^Commands:\n((?: {2}.*\n|\n)+?)(?=\S|$)/m.exec(help)?.[1] ?? "";
    for (const [, name] of list.matchAll(/^ {2}([a-z-]+) /gm)) if (name !== "help") visit([...words, name]);
  };
  visit([]);
  return parts.join("\n");
}

function hookseal(...words) {
  const program = process.env.HOOKSEAL_CLI;
  if (!program) throw new Error("HOOKSEAL_CLI must name the program hookseal, whose commands are described");
  return execFileSync(program, words, { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
}

/** The schemes that have a name, as the command line lists them. */
function schemes() {
  const rows = hookseal("verify", "--list-schemes").trimEnd().split("\n");
  const cells = rows.map((row) => row.split(/ {2,}/));
  return [
    "How each sender signs that has a name: the header of its signature, and what is signed. Generated from the program.\n",
    "| name | header | what is signed |\n|---|---|---|",
    ...cells.map(([name, header, signed]) => {
      const [bytes, note] = signed.split("; ");
      return `| \`${name}\` | \`${header}\` | \`${bytes}\`${note ? `; ${note.replace(/(--\S+)/, "`$1`")}` : ""} |`;
    }),
    "\n[Senders](SENDERS) says more of those beyond the first nine, and [Schemes as text](SCHEMES) how to write one of your own.",
  ].join("\n");
}

/** The codes with their statuses, from the file that is generated from the core's table. */
function errors() {
  const [, table] = /STATUS_BY_CODE = \{\n(.*?)\n\} as const/s.exec(source("js/src/generated/codes.ts"));
  const entries = [...table.matchAll(/\/\*\*(.*?)\*\/\s*(\w+): (\d+),/gs)];
  if (entries.length < 15) throw new Error("the table of codes cannot be read");
  return [
    "The codes are the same in every language, and never change their meaning. Generated from the core's table; names of",
    "settings are JavaScript's. Those with the status 500 are faults of the receiver's own configuration.\n",
    "| code | status | when |\n|---|---|---|",
    ...entries.map(([, comment, code, status]) => `| \`${code}\` | ${status} | ${comment.replaceAll(/\s*\n\s*\*?\s*/g, " ").trim()} |`),
  ].join("\n");
}

/** What rustdoc makes is no page of this site, but a part of it. */
function rust() {
  const crates = ["core", "web", "inbox"].map((folder) => {
    const manifest = source(`${folder}/Cargo.toml`);
    const [name, about] = ["name", "description"].map((key) => new RegExp(`^${key} = "(.*)"$`, "m").exec(manifest)[1]);
    return `| [${name}](RUST/${name.replaceAll("-", "_")}/index.html) | ${about} |`;
  });
  return [
    "Generated from the crates by rustdoc, with all features. These pages have their own search.\n",
    "| crate | what it is |\n|---|---|",
    ...crates,
  ].join("\n");
}

/** The C header: each comment as text, with the declaration below it. */
function c() {
  const [, body] = /extern "C" \{\n#endif\n(.*)#ifdef __cplusplus/s.exec(source("bindings-c/include/hookseal.h"));
  const parts = ["Generated from `hookseal.h`. [The ABI](ABI) says what holds for all of it.\n"];
  for (const paragraph of paragraphs(body)) {
    const [, comment = "", code] = /^(?:\/\*(.*?)\*\/\n)?(.*)$/s.exec(paragraph);
    const name = /\b(hookseal_\w+)\(/.exec(code)?.[1] ?? /^\} (hookseal_\w+);/m.exec(code)?.[1] ?? /^typedef .*?(hookseal_\w+);/m.exec(code)?.[1];
    const text = comment.replaceAll(/^ *\* ?/gm, "").trim().replaceAll("<", "&lt;");
    if (name) parts.push(`## \`${name}\`\n`);
    if (text) parts.push(`${text}\n`);
    if (code.trim()) parts.push(`\`\`\`c\n${code.trim()}\n\`\`\`\n`);
  }
  return parts.join("\n");
}

/** Parts that blank lines divide, except for those within a comment or braces. */
function paragraphs(text) {
  const parts = [];
  let open = "";
  for (const part of text.trim().split(/\n\n+/)) {
    open = open ? `${open}\n\n${part}` : part;
    const count = (pattern) => open.match(pattern)?.length ?? 0;
    if (count(/\/\*/g) === count(/\*\//g) && count(/\{/g) === count(/\}/g)) {
      parts.push(open);
      open = "";
    }
  }
  return parts;
}
