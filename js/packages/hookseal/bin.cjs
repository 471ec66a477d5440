#!/usr/bin/env node
// Runs @hookseal/cli, which npx fetches unless it is installed.
const { delimiter, join } = require("path");
const { argv, execPath, platform } = process;
const cli = `@hookseal/cli@${require("../package.json").version}`;
const find = (paths) => {
  try {
    return require.resolve("@hookseal/cli", { paths });
  } catch {}
};
const found = find([__dirname, join(argv[1], "..")]) ?? find(fetched());
if (found) require(found);
else process.exit(console.error(`error: install ${cli}`) ?? 2);

function fetched() {
  const script = join(execPath, "../node_modules/npm/bin/npx-cli.js");
  const words = platform === "win32" ? [execPath, script] : ["npx"];
  words.push("-p", cli, "node", "-p", "process.env.PATH");
  const { npm_config_package, npm_config_call, ...env } = process.env;
  const options = { stdio: ["ignore", "pipe", 2], env };
  const { stdout } = require("child_process").spawnSync(words.shift(), words, options);
  return `${stdout ?? ""}`.trim().split(delimiter).filter(Boolean);
}
