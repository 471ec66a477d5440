// The reference for TypeScript: what each entry point of `hookseal` exports, from the declarations that the package
// contains, which the compiler makes of the sources.
import { readFileSync } from "node:fs";
import path from "node:path";

import ts from "typescript";

import { ROOT } from "../lib/pages.mjs";
import { page } from "./render.mjs";

const JS = path.join(ROOT, "js");

/** Where the declarations seem to be. None is written. */
const OUTPUT = path.join(JS, "declarations");

let program;

/** The page of an entry point, by its path below `js/src` without an ending. */
export function typescript({ module }) {
  program ??= declarations();
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path.join(OUTPUT, `${module}.d.ts`));
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  const items = symbols.map((symbol) => {
    const isAlias = symbol.flags & ts.SymbolFlags.Alias;
    return item(symbol.name, isAlias ? checker.getAliasedSymbol(symbol) : symbol);
  });
  const source = readFileSync(path.join(JS, `src/${module}.ts`), "utf8");
  const [, doc = ""] = /^\/\*\*(.*?)@module/s.exec(source) ?? [];
  return page({ language: "ts", source: "the types in the package", doc: prose(doc), items });
}

/** The declarations of all sources, without what is internal. */
function declarations() {
  const fail = (diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
  };
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail };
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(path.join(JS, "tsconfig.json"), {}, host);
  const files = new Map();
  const sources = ts.createProgram(fileNames, { ...options, outDir: OUTPUT });
  sources.emit(undefined, (name, text) => files.set(path.normalize(name), text));
  const shown = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = shown;
  shown.fileExists = (name) => files.has(path.normalize(name)) || fileExists(name);
  shown.readFile = (name) => files.get(path.normalize(name)) ?? readFile(name);
  shown.directoryExists = undefined;
  shown.getSourceFile = (name, ...rest) => {
    const text = files.get(path.normalize(name));
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  };
  return ts.createProgram([...files.keys()], { ...options, noLib: true }, shown);
}

/** An export. A class is shown member by member; anything else whole, with the comments in it. */
function item(name, symbol) {
  const found = symbol.declarations ?? [];
  if (found.length === 0) throw new Error(`${name} has no declaration`);
  const doc = found.map(documentation).filter(Boolean).join("\n\n");
  const declared = found.find(ts.isClassDeclaration);
  if (!declared) return { name, doc, code: found.map((node) => declaration(statement(node))).join("\n") };
  const [head] = declaration(declared).split(/ \{(?=\n|\}$)/);
  return { name, doc, code: head, members: members(name, declared) };
}

/** Overloads are one member, and what is private none. */
function members(owner, declared) {
  const list = new Map();
  for (const node of declared.members) {
    const name = ts.isConstructorDeclaration(node) ? `new ${owner}` : node.name.getText();
    if (name.startsWith("#") || node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) continue;
    const shown = ts.isConstructorDeclaration(node) ? name : `${owner}.${name}`;
    const member = list.get(name) ?? { name: shown, code: "", doc: "" };
    member.code += `${unindented(node)}\n`;
    member.doc = [member.doc, documentation(node)].filter(Boolean).join("\n\n");
    list.set(name, member);
  }
  return [...list.values()];
}

/** A variable's type is in the declaration around it. */
function statement(node) {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}

function declaration(node) {
  return unindented(node).replace(/^(export )?(default )?(declare )?/, "");
}

function unindented(node) {
  const { character } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
  return node.getText().replaceAll(new RegExp(`\\n {${character}}`, "g"), "\n");
}

/** The comment above a declaration. */
function documentation(node) {
  const text = node.getSourceFile().text;
  const ranges = ts.getLeadingCommentRanges(text, statement(node).getFullStart()) ?? [];
  const comment = ranges.map(({ pos, end }) => text.slice(pos, end)).findLast((part) => part.startsWith("/**"));
  return comment === undefined || comment.includes("@module") ? "" : prose(comment.slice(3, -2));
}

/** A comment as Markdown: its tags become a list. */
function prose(comment) {
  const plain = comment.replaceAll(/^ *\* ?/gm, "").trim();
  const [text, ...tags] = `\n${plain}`.split(/^(?=@\w)/m);
  const list = tags.map((tag) =>
    tag
      .trim()
      .replace(/^@param (\w+) /, "- `$1`: ")
      .replace(/^@throws \{(\w+)\} ?/, "- throws `$1`: ")
      .replace(/^@returns? /, "- returns ")
      .replaceAll(/\n(?=\S)/g, "\n  "),
  );
  const unknown = list.find((line) => line.startsWith("@"));
  if (unknown) throw new Error(`a tag that the reference does not know: ${unknown}`);
  return [text.trim(), list.join("\n")].filter(Boolean).join("\n\n");
}
