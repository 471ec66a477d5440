// The host's UTF-8. It is made when it is needed first: importing the package does no work, and works in test
// environments that lack it.
let madeEncoder: TextEncoder | undefined;
let madeDecoder: TextDecoder | undefined;

interface Utf8 {
  readonly TextEncoder: typeof TextEncoder;
  readonly TextDecoder: typeof TextDecoder;
}

/** In Jest, jsdom hides them, and Node hands them out anyway. Bundlers see no import of a module of Node's here. */
function host(): Utf8 {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Utf8 } };
  const isHidden = typeof TextEncoder === "undefined" || typeof TextDecoder === "undefined";
  return isHidden ? (process?.getBuiltinModule?.("node:util") ?? globalThis) : globalThis;
}

export function encoder(): TextEncoder {
  return (madeEncoder ??= new (host().TextEncoder)());
}

export function decoder(): TextDecoder {
  return (madeDecoder ??= new (host().TextDecoder)());
}

/**
 * Refuses a test environment that lacks them. Workers do not have to carry this.
 *
 * @param fail makes the error
 */
export function checkUtf8(fail: (message: string) => Error): void {
  const { TextEncoder, TextDecoder } = host();
  if (typeof TextEncoder === "function" && typeof TextDecoder === "function") return;
  throw fail(
    "this environment has no TextEncoder or no TextDecoder, as jsdom in Jest: run these tests in Jest's environment " +
      '"node", or in a setup file assign both to globalThis from require("node:util")',
  );
}
