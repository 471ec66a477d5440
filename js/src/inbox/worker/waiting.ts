// What a worker waits for.

/** The longest time that a timer takes, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

type Callback = () => void;

/** Something that happens once. */
export class Latch {
  #isOpen = false;
  readonly #waiting = new Set<Callback>();

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    this.#isOpen = true;
    for (const callback of [...this.#waiting]) callback();
    this.#waiting.clear();
  }

  /** Calls back when it happens, or at once if it has. Returns what ends the wait. */
  wait(callback: Callback): Callback {
    if (this.#isOpen) {
      callback();
      return () => {};
    }
    this.#waiting.add(callback);
    return () => void this.#waiting.delete(callback);
  }
}

/** Something that wakes one of those that wait, or the next one if nobody waits. */
export class Wake {
  #isSet = false;
  readonly #waiting = new Set<Callback>();

  one(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#isSet = true;
      return;
    }
    this.#waiting.delete(first);
    first();
  }

  wait(callback: Callback): Callback {
    if (this.#isSet) {
      this.#isSet = false;
      callback();
      return () => {};
    }
    this.#waiting.add(callback);
    return () => void this.#waiting.delete(callback);
  }
}

/** Waits so many milliseconds, or until one of these happens. */
export function pause(milliseconds: number, ...others: readonly (Latch | Wake)[]): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false;
    const ends: Callback[] = [];
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      for (const one of ends) one();
      resolve();
    };
    const timer = setTimeout(end, Math.min(milliseconds, LONGEST));
    ends.push(() => clearTimeout(timer));
    for (const other of others) {
      if (isOver) break;
      ends.push(other.wait(end));
    }
    if (isOver) for (const one of ends) one();
  });
}

/** So many handlers may run at a time; who asks first comes first. */
export class Places {
  readonly all: number;
  #free: number;
  readonly #waiting: { readonly number: number; readonly take: Callback }[] = [];

  constructor(all: number) {
    this.all = all;
    this.#free = all;
  }

  /** Takes so many, and returns whether it did: not if this happens before, or within so many milliseconds. */
  take(number: number, unless: Latch | undefined, within = Infinity): Promise<boolean> {
    if (unless?.isOpen) return Promise.resolve(false);
    if (this.#waiting.length === 0 && this.#free >= number) {
      this.#free -= number;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const end = (isTaken: boolean): void => {
        off?.();
        clearTimeout(timer);
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        resolve(isTaken);
        // Those behind it may need fewer.
        if (!isTaken) this.#serve();
      };
      const waiting = { number, take: () => end(true) };
      this.#waiting.push(waiting);
      const timer = within === Infinity ? undefined : setTimeout(() => end(false), Math.min(within, LONGEST));
      const off = unless?.wait(() => end(false));
    });
  }

  /** Takes those that are free, at most so many, if nobody waits. */
  takeFree(most: number): number {
    const taken = this.#waiting.length > 0 ? 0 : Math.min(most, this.#free);
    this.#free -= taken;
    return taken;
  }

  give(number: number): void {
    this.#free += number;
    this.#serve();
  }

  #serve(): void {
    for (let first = this.#waiting[0]; first !== undefined && first.number <= this.#free; first = this.#waiting[0]) {
      this.#free -= first.number;
      first.take();
    }
  }
}
