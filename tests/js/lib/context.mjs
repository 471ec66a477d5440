// Loads the package in a context of its own, as Jest does.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";

const required = createRequire(import.meta.url);

/**
 * Makes a context with these globals besides those of the language. Returns it, and a function that loads an entry
 * point in it: its files are CommonJS there.
 */
export function inContext(globals, options) {
  const context = vm.createContext(globals, options);
  const modules = new Map();
  const load = (file) => {
    // Node's own modules and native code belong to no context.
    if (!path.isAbsolute(file) || file.endsWith(".node")) return required(file);
    let module = modules.get(file);
    if (module === undefined) {
      module = { exports: {} };
      modules.set(file, module);
      const wrapped = `(function (module, exports, require) {${readFileSync(file, "utf8")}\n})`;
      vm.runInContext(wrapped, context)(module, module.exports, (name) => load(createRequire(file).resolve(name)));
    }
    return module.exports;
  };
  return { context, load: (entry) => load(required.resolve(entry)) };
}
