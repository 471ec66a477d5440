// Values that no one expects. Each is created anew for every use, since some are used up.
import vm from "node:vm";

const MIB = 1 << 20;

/** Throws for everything that is done with it. */
function throwing(target, thrown = () => new Error("thrown by a trap")) {
  const trap = () => {
    throw thrown();
  };
  return new Proxy(target, new Proxy({}, { get: () => trap }));
}

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached(make) {
  const value = make();
  const buffer = value.buffer ?? value;
  structuredClone(buffer, { transfer: [buffer] });
  return value;
}

/** A view that is out of bounds because its buffer shrank. */
function outOfBounds() {
  const buffer = new ArrayBuffer(100, { maxByteLength: 100 });
  const view = new Uint8Array(buffer, 50, 50);
  buffer.resize(10);
  return view;
}

/** Bytes that misreport a property such as `length` or `byteLength`. */
function liar(name, reported) {
  class Liar extends Uint8Array {}
  Object.defineProperty(Liar.prototype, name, { get: typeof reported === "function" ? reported : () => reported });
  return new Liar(64).fill(0x61);
}

/** All property names that are read anywhere, and some symbols. */
const NAMES = [
  "length", "byteLength", "byteOffset", "buffer", "map", "get", "forEach", "then", "toString", "valueOf", "next",
  "scheme", "maxAge", "maxSkew", "maxEventAge", "maxBody", "now", "name", "signatureHeader", "encoding", "prefix",
  "list", "separator", "joiner", "version", "timestampHeader", "timestampInSignature", "timestampInEnvelope",
  "idHeader", "signed", "newerSpellings", "fallbackSpellings", "key", "id", "timestamp", "headers", "body", "bodyUsed", "arrayBuffer", "getReader",
  "x-contio-signature", "X-Contio-Timestamp", "0", "1",
  Symbol.iterator, Symbol.asyncIterator, Symbol.toPrimitive, Symbol.toStringTag, "constructor",
];

/** An object whose properties all have the same getter. */
function ofGetters(get) {
  const object = {};
  for (const name of NAMES) Object.defineProperty(object, name, { get, enumerable: true, configurable: true });
  return object;
}

const raise = (thrown) => () => {
  throw thrown;
};

const inRealm = (source) => () => vm.runInNewContext(source);

const cyclic = () => {
  const array = [];
  array.push(array);
  return array;
};

export const HOSTILE = Object.entries({
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  zero: () => 0,
  "negative zero": () => -0,
  one: () => 1,
  "minus one": () => -1,
  "a fraction": () => 0.5,
  "not a number": () => NaN,
  infinity: () => Infinity,
  "negative infinity": () => -Infinity,
  "a large number": () => 2 ** 53,
  "the largest number": () => Number.MAX_VALUE,
  "a symbol": () => Symbol("a symbol"),
  "a well-known symbol": () => Symbol.iterator,
  "a bigint": () => 0n,
  "a large bigint": () => 2n ** 64n,
  "a function": () => () => 1,
  "an async function": () => async () => 1,
  "a generator's function": () => function* generate() {},
  "a class": () => class {},
  "an object": () => ({}),
  "an object without prototype": () => Object.create(null),
  "a frozen object": () => Object.freeze({ a: 1 }),
  "an array": () => [],
  "an array of undefined": () => [undefined],
  "an array of arrays": () => [[[[]]]],
  "an array with holes": () => [, , "x"],
  "an array in itself": cyclic,
  "an array that maps to a number": () => Object.assign([1], { map: () => 5 }),
  "an array that maps to a reduced number": () => Object.assign([1], { map: () => ({ reduce: () => 40 }) }),
  "an array of another length": () => Object.defineProperty([], "length", { value: 2 ** 20 }),
  "an array-like object": () => ({ length: 2, 0: "x", 1: "y" }),
  "a date": () => new Date(),
  "an invalid date": () => new Date(NaN),
  "a regular expression": () => /x/g,
  "a map": () => new Map([[{}, {}]]),
  "a map of symbols": () => new Map([[Symbol("name"), Symbol("value")]]),
  "a set": () => new Set(["x"]),
  "a weak map": () => new WeakMap(),
  "a promise": () => Promise.resolve(1),
  "an error": () => new Error("an error"),
  "a string object": () => Object("x"),
  "a number object": () => Object(1),
  "an object like a buffer": () => ({ [Symbol.toStringTag]: "ArrayBuffer" }),
  "an object like bytes": () => Object.create(Uint8Array.prototype),
  "an array with the prototype of bytes": () => Object.setPrototypeOf([1, 2], Uint8Array.prototype),
  "an object like a map": () => Object.create(Map.prototype),
  "an array buffer": () => new ArrayBuffer(8),
  "a detached array buffer": () => detached(() => new ArrayBuffer(8)),
  "detached bytes": () => detached(() => new Uint8Array(8)),
  "a detached data view": () => detached(() => new DataView(new ArrayBuffer(8))),
  "bytes out of bounds": outOfBounds,
  "a shared buffer": () => new SharedArrayBuffer(8),
  "shared bytes": () => new Uint8Array(new SharedArrayBuffer(8)),
  "a data view": () => new DataView(new ArrayBuffer(8)),
  floats: () => Float64Array.of(1.5, NaN),
  bigints: () => BigInt64Array.of(1n, -1n),
  "clamped bytes": () => new Uint8ClampedArray(8),
  "no bytes": () => new Uint8Array(0),
  "a mebibyte": () => new Uint8Array(MIB),
  "the memory of a WebAssembly": () => new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer),
  ...Object.fromEntries(
    [-1, 0, 63, 65, NaN, 2 ** 31, 2 ** 40, Infinity, "5", "x", null, undefined, {}, Symbol("5"), 5n].map((reported) => [
      `bytes that report the length ${typeof reported} ${String(reported)}`,
      () => liar("length", reported),
    ]),
  ),
  "bytes that report another byteLength": () => liar("byteLength", 2),
  "bytes that report another byteOffset": () => liar("byteOffset", 2 ** 30),
  "bytes that report no buffer": () => liar("buffer", undefined),
  "bytes that throw for their length": () => liar("length", raise(new Error("no length"))),
  "bytes that throw for their buffer": () => liar("buffer", raise(undefined)),
  "an empty string": () => "",
  "a blank string": () => " ",
  "a NUL": () => "\0",
  "a line break": () => "\r\n",
  "a high surrogate": () => "\ud800",
  "a low surrogate": () => "x\udfff",
  "a long string with a lone surrogate": () => `${"x".repeat(5000)}\ud800`,
  "a byte order mark": () => "\ufeff",
  "letters beyond ASCII": () => "ключ 📏",
  __proto__: () => "__proto__",
  "a string of 4 MiB": () => "x".repeat(4 * MIB),
  "a string of 4 MiB in UTF-8": () => "é".repeat(2 * MIB),
  "a proxy of an object that throws": () => throwing({}),
  "a proxy of an array that throws": () => throwing([]),
  "a proxy of a function that throws": () => throwing(() => 1),
  "a proxy of bytes that throws": () => throwing(new Uint8Array(8)),
  "a proxy of bytes": () => new Proxy(new Uint8Array(8), {}),
  "a proxy of a map": () => new Proxy(new Map(), {}),
  "a revoked proxy": () => revoked({}),
  "a revoked proxy of an array": () => revoked([]),
  "a revoked proxy of a function": () => revoked(() => 1),
  "getters that throw an error": () => ofGetters(raise(new Error("thrown by a getter"))),
  "getters that throw undefined": () => ofGetters(raise(undefined)),
  "getters that throw a revoked proxy": () => ofGetters(raise(revoked({}))),
  "getters that throw a proxy that throws": () => ofGetters(raise(throwing({}))),
  "getters that throw a proxy of an error that throws": () => ofGetters(raise(throwing(new Error("inside")))),
  "getters that return a revoked proxy": () => ofGetters(() => revoked({})),
  "getters that return a symbol": () => ofGetters(() => Symbol("given")),
  "getters that return functions that throw": () => ofGetters(() => raise(new Error("thrown later"))),
  "an object that cannot be a primitive": () => ({ [Symbol.toPrimitive]: raise(new Error("no primitive")) }),
  "an iterable that throws": () => ({ [Symbol.iterator]: raise(new Error("no iterator")) }),
  "an iterable without an iterator": () => ({ [Symbol.iterator]: () => 5 }),
  "an iterator that returns nothing": () => ({ [Symbol.iterator]: () => ({ next: () => undefined }) }),
  "a generator that throws": function* thrower() {
    yield ["x-contio-signature", "x"];
    throw new Error("thrown by a generator");
  },
  "headers that return a number": () => ({ get: () => 5 }),
  "headers that return a symbol": () => ({ get: () => Symbol("value") }),
  "headers that throw": () => ({ get: raise(new Error("no header")) }),
  "a thenable that throws": () => ({ then: raise(new Error("no promise")) }),
  "a thenable that rejects": () => ({ then: (_, reject) => reject(revoked({})) }),
  "another realm's object": inRealm("({})"),
  "another realm's array": inRealm('["x"]'),
  "another realm's bytes": inRealm("new Uint8Array(8)"),
  "another realm's buffer": inRealm("new ArrayBuffer(8)"),
  "another realm's map": inRealm('new Map([["x-contio-signature", "x"]])'),
  "another realm's function": inRealm("() => 1"),
  "another realm's function that throws": inRealm("() => { throw new Error('elsewhere') }"),
  "another realm's getter that throws": inRealm("({ get length() { throw new Error('elsewhere') } })"),
});
