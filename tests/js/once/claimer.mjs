// A process that claims one event: `node once/claimer.mjs PLACE LEASE`. It follows the words on its standard input, and
// answers each with one line: `begin` claims, `end` ends the claim, and `exit` ends the process.
import process from "node:process";
import readline from "node:readline";

import { Once } from "hookseal/once";

import { delivery } from "./deliveries.mjs";
import { open } from "./places.mjs";

const [place, lease] = process.argv.slice(2);
const { store } = await open(JSON.parse(place));
const notices = [];
const once = new Once(store, { scope: "test", lease: Number(lease), onNotice: ({ name }) => notices.push(name) });
const say = (word) => process.stdout.write(`${word}\n`);
const event = delivery();
let end;
let done;

say("ready");
for await (const word of readline.createInterface({ input: process.stdin })) {
  if (word === "exit") process.exit(0);
  if (word === "begin") {
    const claimed = new Promise((resolve) => {
      done = once.run(event, () => {
        resolve(notices.pop() ?? "first");
        return new Promise((resolveEnd) => (end = resolveEnd));
      });
      done.then(
        () => resolve("duplicate"),
        (error) => resolve(error.code === "in_progress" ? error.code : error.message),
      );
    });
    say(await claimed);
  } else {
    end();
    await done;
    say(notices.pop() ?? "finished");
  }
}
