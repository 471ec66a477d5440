// Declares the part of Node that is used, so that building does not need Node's types.
declare module "node:buffer" {
  export interface Buffer extends Uint8Array<ArrayBuffer> {
    toString(encoding?: "utf8", start?: number, end?: number): string;
  }
  export const Buffer: { alloc(bytes: number): Buffer };
}

declare module "node:fs" {
  const fs: {
    readFileSync(file: URL): Uint8Array<ArrayBuffer>;
    openSync(file: string, flags: string, mode: number): number;
    closeSync(file: number): void;
    statSync(file: string, options: object): { dev: number; ino: number } | undefined;
  };
  export default fs;
}

declare module "node:sqlite" {
  export const DatabaseSync: new (file: string) => object;
}

declare module "node:worker_threads" {
  export const workerData: unknown;
  export const parentPort: {
    on(event: "message", listener: (message: unknown) => void): void;
    postMessage(message: unknown): void;
    close(): void;
  };
}

/** A thread of Node. */
interface NodeThread {
  on(event: "message" | "error" | "exit", listener: (value: unknown) => void): void;
  once(event: "exit", listener: () => void): void;
  postMessage(message: unknown): void;
  ref(): void;
  unref(): void;
}

declare function setImmediate(callback: () => void): unknown;

/** A source, bundled to a text by `build.mjs`. */
declare module "text:*" {
  const text: string;
  export default text;
}
