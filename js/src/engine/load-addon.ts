import { addon } from "#addon";

type Addon = ReturnType<typeof addon>;

/** The native code. Where there is none, or it does not start, the error says why. */
export function loadAddon(fail: (message: string, cause?: unknown) => Error): Addon {
  try {
    return addon();
  } catch (thrown) {
    const { message, cause } = thrown as Error;
    throw fail(message, cause);
  }
}
