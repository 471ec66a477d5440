// JSON for people, as text: numbers that are longer than JavaScript's stay as they are.

import { HIDDEN } from "./text.js";

const INDENT = "  ";
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** JSON with line breaks and indents, and with invisible characters escaped as JSON does. */
export function indented(json) {
  const unit = (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const escape = (character) => character.split("").map(unit).join("");
  const tokens = json.match(TOKEN) ?? [];
  let [text, depth] = ["", 0];
  const line = () => `\n${INDENT.repeat(depth)}`;
  tokens.forEach((token, at) => {
    const isFirst = at > 0 && /^[{[]$/.test(tokens[at - 1]);
    if (/^[}\]]$/.test(token)) {
      depth -= 1;
      text += isFirst ? token : line() + token;
    } else {
      if (isFirst) text += line();
      text += token.replace(HIDDEN, escape);
      if (/^[{[]$/.test(token)) depth += 1;
      if (token === ",") text += line();
      if (token === ":") text += " ";
    }
  });
  return text;
}

/** The text of an event's data, which is the last field of its body. */
export function dataOf(body) {
  // In a string before it, the quotes would be escaped.
  return body.slice(body.indexOf(',"data":') + ',"data":'.length, -1);
}
