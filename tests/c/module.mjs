// Plays every vector through hookseal-core.wasm in V8, whole and by MACs, and checks that growing memory leaves
// places as they are.
//
//     node module.mjs MODULE VECTORS
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const [wasmPath, vectorsPath] = process.argv.slice(2);
const [READ_ENVELOPE, INVALID_ARGUMENT, TOO_LARGE, NONE] = [1, 16, 9, 2 ** 32 - 1];
const VERDICT_BYTES = 216;
// Where things are in the memory that the host asked for.
const [INPUT, TEXT, TEXT_BYTES, MACS, TEXTS] = [512, 1024, 1024, 2600, 4096];

const bytes = readFileSync(wasmPath);
const module = new WebAssembly.Module(bytes);
assert.deepEqual(WebAssembly.Module.imports(module), [], "it imports something");
assertNoStart(bytes);
const { exports } = new WebAssembly.Instance(module);
assert.equal(exports.memory.buffer.byteLength, 2 * 65536, "it begins with two pages");
const call = (name, ...values) => exports[`hookseal_${name}`](...values) >>> 0;

let room = 0;
let size = 0;
// A view of memory is detached when it grows, so none is kept across a call.
const view = () => new DataView(exports.memory.buffer);
const slice = (at, length) => Buffer.from(exports.memory.buffer, at, length);

function need(wanted) {
  if (wanted <= size) return;
  if (room !== 0) call("free", room, size);
  size = Math.max(wanted, 65536);
  room = call("alloc", size);
  assert.notEqual(room, 0, "no memory");
}

/** Writes texts, one after the other, and returns their places. */
function texts(...list) {
  need(TEXTS + list.reduce((sum, text) => sum + text.length, 16));
  let at = room + TEXTS;
  return list.map((text) => {
    slice(at, text.length).set(text);
    at += text.length;
    return [at - text.length, text.length];
  });
}

function freshVerdict() {
  slice(room, VERDICT_BYTES).fill(0xa5);
  view().setUint32(room, VERDICT_BYTES, true);
  return room;
}

function written(name, ...values) {
  const length = call(name, ...values, room + TEXT, TEXT_BYTES);
  return length === NONE ? undefined : Buffer.from(slice(room + TEXT, length));
}

/** Writes a delivery and returns its place. */
function putDelivery(headers, body, now, flags) {
  const list = [...headers.flat(), body];
  const total = list.reduce((sum, text) => sum + text.length, 0);
  need(TEXTS + total + 64 + 16 * headers.length);
  const places = texts(...list);
  const at = (room + TEXTS + total + 15) & ~7;
  const memory = view();
  const last = places[places.length - 1];
  [32, flags].forEach((word, index) => memory.setUint32(at + 4 * index, word, true));
  memory.setBigInt64(at + 8, BigInt(now), true);
  [at + 32, headers.length, ...last].forEach((word, index) => memory.setUint32(at + 16 + 4 * index, word, true));
  places.slice(0, -1).forEach(([place, length], index) => {
    memory.setUint32(at + 32 + 8 * index, place, true);
    memory.setUint32(at + 36 + 8 * index, length, true);
  });
  return at;
}

/** What a verdict says, in the words of the vectors. */
function found(verifier, code, vector) {
  const memory = view();
  const word = (at) => memory.getUint32(room + at, true);
  assert.equal(word(4), code, "the code that is returned is not the verdict's");
  const message = written("message", room, 0).toString();
  const refused = { code, status: word(8), message };
  if (code !== 0) return refused;
  const part = (text, at) => text.subarray(word(at), word(at) + word(at + 4)).toString();
  const header = word(104);
  const fields = Array.from({ length: 9 }, (_,
      field) => (word(32 + 8 * field) === 0 ? "" : `+${part(vector.body, 32 + 8 * field)}`));
  return {
    ...refused,
    variant: written("verifier_name", verifier, 9 + word(16)).toString(),
    time: (word(20) & 2) === 0 ? "" : String(memory.getBigInt64(room + 24, true)),
    secret: String(word(12)),
    id: header === 0 ? "" : part(vector.headers[header - 1][1], 108),
    fields,
  };
}

function compare(vector, actual, way) {
  const expected = Object.fromEntries(Object.keys(actual).map((name) => [name, vector[name]]));
  assert.deepEqual(actual, expected, `${vector.name}, ${way}`);
}

function play(vector) {
  let [place] = texts(vector.scheme);
  const verifier = call("verifier_new", ...place);
  for (const secret of vector.secrets) {
    [place] = texts(secret);
    call("verifier_secret", verifier, 1, ...place);
  }
  for (const [which, value] of vector.limits) {
    call("verifier_limit", verifier, which, Number(value & 0xffffffffn), Number(value >> 32n));
  }
  let code = call("verifier_ready", verifier, freshVerdict());
  if (code !== 0) {
    compare(vector, found(verifier, code, vector), "set up");
    call("verifier_free", verifier);
    return;
  }
  const { headers, body, now } = vector;
  const at = putDelivery(headers, body, now, READ_ENVELOPE);
  code = call("verify", verifier, at, freshVerdict());
  compare(vector, found(verifier, code, vector), "whole");
  view().setUint32(room + INPUT, 16, true);
  code = call("signing_input", verifier, at, room + INPUT, room + TEXT, TEXT_BYTES, freshVerdict());
  if (code === 0) {
    const [before, after] = [4, 8].map((offset) => view().getUint32(room + INPUT + offset, true));
    const signed = Buffer.from(slice(room + TEXT, before + after));
    vector.secrets.forEach((_, index) => {
      const length = call("mac_key", verifier, index, 0, 0);
      const key = call("alloc", length);
      call("mac_key", verifier, index, key, length);
      const mac = createHmac("sha256", slice(key, length));
      mac.update(signed.subarray(0, before)).update(body).update(signed.subarray(before));
      slice(room + MACS + 32 * index, 32).set(mac.digest());
      call("free", key, length);
    });
    code = call("verify_with_macs", verifier, at, room + MACS, vector.secrets.length, freshVerdict());
  }
  if (vector.code !== TOO_LARGE) compare(vector, found(verifier, code, vector), "by MACs");
  call("verifier_free", verifier);
}

/** The vectors: `tests/examples/host_vectors.rs` says how they are written. */
function* records(data) {
  let at = 0;
  const item = () => {
    const colon = data.indexOf(":", at);
    const length = Number(data.toString("latin1", at, colon));
    at = colon + 1 + length;
    return data.subarray(colon + 1, at);
  };
  const text = () => item().toString();
  const list = (read) => Array.from({ length: Number(text()) }, read);
  for (let left = Number(text()); left > 0; left--) {
    const vector = { name: text(), scheme: item(), secrets: list(item) };
    vector.limits = list(() => [Number(text()), BigInt(text())]);
    vector.headers = list(() => [item(), item()]);
    Object.assign(vector, { body: item(), now: BigInt(text()), scope: text() });
    Object.assign(vector, { code: Number(text()), status: Number(text()), message: text(), variant: text() });
    Object.assign(vector, { time: text(), secret: text(), id: text() });
    vector.fields = Array.from({ length: 9 }, text);
    Object.assign(vector, { eventType: text(), eventId: text(), key: text(), digest: text() });
    yield vector;
  }
  assert.equal(at, data.length, "something follows the last vector");
}

/** Reads which sections there are. */
function assertNoStart(wasm) {
  let at = 8;
  const number = () => {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = wasm[at++];
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte > 127);
    return value;
  };
  const sections = [];
  while (at < wasm.length) {
    const id = wasm[at++];
    const end = number() + at;
    sections.push(id);
    at = end;
  }
  assert.ok(!sections.includes(8), "it has a start function");
  assert.ok(!sections.includes(0), "it has custom sections");
}

/** A place in memory stays the same while memory grows; a view of it does not. */
function checkGrowth() {
  const [[place, length]] = texts(Buffer.from("kept while memory grows"));
  const before = exports.memory.buffer;
  const large = call("alloc", 5 << 20);
  assert.notEqual(large, 0);
  assert.equal(before.byteLength, 0, "the view is detached");
  assert.equal(slice(place, length).toString(), "kept while memory grows");
  const end = exports.memory.buffer.byteLength;
  for (const [at, bytes] of [[end, 1], [end - 1, 2], [NONE, 1], [1, NONE]]) {
    assert.equal(call("word", 0, 1, at, bytes), NONE);
    assert.equal(call("read_body", 0, 0, at, bytes, 0), INVALID_ARGUMENT);
  }
  call("free", large, 5 << 20);
}

need(65536);
checkGrowth();
let played = 0;
for (const vector of records(readFileSync(vectorsPath))) {
  play(vector);
  played++;
}
assert.ok(played >= 5000, `only ${played} vectors`);
const pages = exports.memory.buffer.byteLength / 65536;
console.log(`${played} vectors agree in V8 ${process.versions.v8}; ${pages} pages of memory`);
