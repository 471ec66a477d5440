// What the runtime has of Node, which bundlers must not look for: an inbox on a server works without it.

interface Modules {
  "node:crypto": { createHash(name: "sha256"): Hash };
  "node:fs": {
    openSync(file: string, flags: string, mode?: number): number;
    closeSync(file: number): void;
    readFileSync(file: string, encoding: "utf8"): string;
    realpathSync(file: string): string;
  };
  "node:module": { isBuiltin(name: string): boolean };
  "node:path": { resolve(file: string): string };
  "node:process": { readonly execArgv: readonly string[]; readonly pid: number };
  "node:worker_threads": { readonly Worker: new (text: string, options: object) => NodeThread };
}

interface Hash {
  update(data: Uint8Array): Hash;
  digest(encoding: "hex"): string;
}

interface Host {
  process?: { getBuiltinModule?: (name: string) => unknown };
}

/** Undefined if there is none. */
export function builtin<N extends keyof Modules>(name: N): Modules[N] | undefined {
  try {
    return (globalThis as Host).process?.getBuiltinModule?.(name) as Modules[N] | undefined;
  } catch {
    return undefined;
  }
}
