// An attempt as a command for a shell.

import { HIDDEN } from "./text.js";

/** A word of a POSIX shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const octal = (byte) => `\\${byte.toString(8).padStart(3, "0")}`;

/** A format for `printf` that prints the text. Whatever a terminal could obey when it is pasted is written in octal. */
function format(text) {
  const bytes = (character) => [...new TextEncoder().encode(character)].map(octal).join("");
  return text.replaceAll("\\", "\\\\").replaceAll("%", "%%").replaceAll("'", octal(39)).replace(HIDDEN, bytes);
}

/** The most bytes of a body that are an argument: systems allow 128 KiB. A builtin such as `printf` has no limit. */
const MAX_ARGUMENT = 100_000;

/** The command that sends the attempt once more: the same bytes, with the same signature. */
export function curl(url, headers, body) {
  const target = quoted(new URL(url).href);
  const lines = Object.entries(headers).map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`);
  const isSmall = new TextEncoder().encode(body).length <= MAX_ARGUMENT;
  const isArgument = isSmall && body.search(HIDDEN) === -1 && !body.startsWith("@");
  lines.push(`  --data-binary ${isArgument ? quoted(body) : "@-"}`);
  // In a URL, brackets and braces are no patterns.
  const command = [`curl -ig ${target}`, ...lines].join(" \\\n");
  return isArgument ? command : `printf '${format(body)}' | ${command}`;
}
