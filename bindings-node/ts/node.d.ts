// What is used of Node, so that it can be built without its types.
declare module "node:buffer" {
  export interface Buffer extends Uint8Array<ArrayBuffer> {
    toString(encoding?: "utf8", start?: number, end?: number): string;
  }
  export const Buffer: { alloc(bytes: number): Buffer };
}
