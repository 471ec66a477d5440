// Finds the runtimes and checkers, which are installed as packages.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** The folder in which packages are installed. */
export const PACKAGES = path.resolve("node_modules");

/** Runs a package's JavaScript program: with this Node, and not with one that a package installed. */
export const script = (file) => [process.execPath, path.join(PACKAGES, file)];

/** A program that is installed in this project or in the one around it. */
export const binary = (name) => {
  const places = [PACKAGES, path.resolve("..", "node_modules")].map((place) => path.join(place, ".bin", name));
  return [places.find((place) => existsSync(place)) ?? name];
};

export const versionOf = (name) => JSON.parse(readFileSync(path.join(PACKAGES, name, "package.json"), "utf8")).version;

/** The program itself, and not the script that starts it. */
export const workerd = () => createRequire(path.join(PACKAGES, "x.js"))("workerd").default;

/** The browser that the caller names. */
export function chromium() {
  const program = process.env.HOOKSEAL_CHROMIUM;
  if (!program) throw new Error("HOOKSEAL_CHROMIUM must name a Chromium");
  return program;
}
