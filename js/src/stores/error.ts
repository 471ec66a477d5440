/** A store could not be used. The message shows no secret; `cause` is the driver's own error. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
