// The runner of the vectors with the adapters for Node, and the JSON schemas of what it reads and says.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import Ajv from "ajv";

const VECTORS = path.resolve("vectors");
const PYTHON = process.platform === "win32" ? "python" : "python3";

/** The result of the runner with an adapter. */
function play(options, ...adapter) {
  const words = ["play.py", "--json", ...options, "--", process.execPath, ...adapter];
  const { status, stdout, stderr } = spawnSync(PYTHON, words, { cwd: VECTORS, encoding: "utf8", maxBuffer: 1 << 26 });
  assert([0, 1].includes(status), stderr);
  return JSON.parse(stdout);
}

test("this library has every verdict and every code", () => {
  const { counted, right, faults, skipped } = play(["--codes"], "adapters/for_hookseal.mjs");
  assert.deepEqual([faults, skipped], [[], {}]);
  assert.equal(right, counted);
  assert(counted > 4000);
});

/** What each of the others accepts that it should not, or refuses that it should accept, is in the page. */
const PEERS = {
  standardwebhooks: ["adapters/for_standardwebhooks.mjs"],
  svix: ["adapters/for_standardwebhooks.mjs", "svix"],
  stripe: ["adapters/for_stripe.mjs"],
  "@octokit/webhooks-methods": ["adapters/for_octokit.mjs"],
  "the guide's code": ["adapters/for_guide.mjs"],
  "@contio/partner-sdk": ["adapters/for_partner_sdk.mjs"],
};

for (const [name, adapter] of Object.entries(PEERS)) {
  test(`the page has what ${name} answers`, () => {
    const { program, counted, right, faults } = play([], ...adapter);
    assert(program.name.startsWith(name), program.name);
    const page = readFileSync(path.join(process.env.HOOKSEAL_DOCS, "vectors.md"), "utf8");
    const rows = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
    const title = [program.name, program.version].filter(Boolean).join(" ");
    const row = rows.find((cells) => cells[1] === title);
    assert(row, `the page has no row for ${title}: \`cargo xtask vectors peers\` writes it`);
    assert.deepEqual(row.slice(3, 5), [String(counted), String(right)]);
    // Its clock is the vector's, or these would be wrong.
    assert(!faults.some(({ fault }) => ["stale", "future"].includes(fault)));
  });
}

const schema = (name) => JSON.parse(readFileSync(path.join(VECTORS, "format", `${name}.schema.json`), "utf8"));

test("every file of vectors is as its JSON schema says, and the schema refuses what is not", () => {
  const isValid = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema("deliveries"));
  const files = readdirSync(VECTORS).filter((name) => name.endsWith(".json"));
  assert(files.length > 20);
  for (const file of files) {
    const isRight = isValid(JSON.parse(readFileSync(path.join(VECTORS, file), "utf8")));
    assert(isRight, `${file}: ${JSON.stringify(isValid.errors)}`);
  }
  const [vector] = JSON.parse(readFileSync(path.join(VECTORS, "stripe.json"), "utf8"));
  const wrong = [
    { ...vector, name: undefined },
    { ...vector, other: 1 },
    { ...vector, now: -1 },
    { ...vector, body_base64: "a" },
    { ...vector, headers: [["a"]] },
    { ...vector, expect: { error: "other" } },
    { ...vector, expect: { ...vector.expect, error: "missing_header" } },
    { ...vector, options: { max_size: 1 } },
  ];
  for (const each of wrong) assert(!isValid(JSON.parse(JSON.stringify([each]))), JSON.stringify(each).slice(0, 300));
});

test("what an adapter is sent and says is as its JSON schema says", () => {
  const { definitions } = schema("protocol");
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
  const validators = Object.fromEntries(Object.entries(definitions).map(([name, each]) => [name, ajv.compile(each)]));
  const [{ expect, ...vector }] = JSON.parse(readFileSync(path.join(VECTORS, "github.json"), "utf8"));
  assert(expect);
  const request = { id: 0, ...vector };
  const lines = [{ hello: 1 }, request, { ...request, id: 1, options: { max_age: null } }];
  assert(validators.hello(lines[0]) && validators.request(lines[1]) && !validators.request({ ...request, expect }));
  const input = lines.map((line) => JSON.stringify(line)).join("\n");
  const adapter = ["adapters/for_octokit.mjs"];
  const { stdout } = spawnSync(process.execPath, adapter, { cwd: VECTORS, input, encoding: "utf8" });
  const [program, verdict, skipped] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert(validators.program(program), JSON.stringify(program));
  assert(validators.verdict(verdict) && verdict.ok === true, JSON.stringify(verdict));
  assert(validators.verdict(skipped) && skipped.skip, JSON.stringify(skipped));
  for (const wrong of [{ id: 0 }, { ok: true }, { id: 0, ok: true, skip: "both" }, { id: 0, ok: "yes" }]) {
    assert(!validators.verdict(wrong), JSON.stringify(wrong));
  }
});
