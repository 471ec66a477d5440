type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `is<A, B>(true)` compiles if the types are the same. */
export function is<A, B>(same: Equal<A, B>): void {
  void same;
}
