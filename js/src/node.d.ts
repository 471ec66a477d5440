// Declares the part of Node that is used, so that building does not need Node's types.
declare module "node:buffer" {
  export interface Buffer extends Uint8Array<ArrayBuffer> {
    toString(encoding?: "utf8", start?: number, end?: number): string;
  }
  export const Buffer: { alloc(bytes: number): Buffer };
}

declare module "node:fs" {
  const fs: { readFileSync(file: URL): Uint8Array<ArrayBuffer> };
  export default fs;
}
