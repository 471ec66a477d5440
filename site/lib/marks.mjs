// What the comments above blocks of code say: how a test plays a page, and why a block is not run.

/** The comment of a block that is not run, with the reason. */
export const NOT_RUN = /^not run: (.{10,})$/;

const RUN_IN = /^run in: (\w+)(, stays)?$/;
const OUTPUT_OF = /^output of: (\w+)$/;

const SHELL = "main";

/** The steps by which a page is played: files to write, commands to run, and output to expect. */
export function stepsOf(blocks) {
  let last = SHELL;
  return blocks.flatMap(({ language, words, code, comment, line }) => {
    const title = /^title="(.+)"$/.exec(words)?.[1];
    if (NOT_RUN.test(comment)) return [];
    if (title !== undefined) return [{ kind: "file", name: title, code, line }];
    if (language === "sh") {
      const [, shell = SHELL, stays] = RUN_IN.exec(comment) ?? [];
      last = shell;
      return [{ kind: "command", shell, stays: stays !== undefined, code, line }];
    }
    if (language === "text") {
      const shell = OUTPUT_OF.exec(comment)?.[1] ?? last;
      return [{ kind: "output", shell, lines: code.trimEnd().split("\n"), line }];
    }
    return [];
  });
}
