// Parses a raw HTTP/1.1 request as bytes, because its body must stay unchanged.

const LF = 10;
const CR = 13;

export interface Request {
  headers: [name: string, value: string][];
  body: Uint8Array;
}

/**
 * Parses header lines, optionally preceded by the request line, then an empty line and the body. The chunks of a chunked
 * body are joined.
 *
 * @throws {RangeError} with a message for the user
 */
export function readRequest(raw: Uint8Array): Request {
  const headers: Request["headers"] = [];
  let at = 0;
  for (let number = 0; ; number++) {
    const end = raw.indexOf(LF, at);
    const line = decode(raw.subarray(at, end === -1 ? raw.length : raw[end - 1] === CR ? end - 1 : end));
    if (end === -1 && line !== "") throw new RangeError("the request has no empty line between its headers and its body");
    at = end === -1 ? raw.length : end + 1;
    if (line === "") break;
    if (number === 0 && / HTTP\/\d/.test(line)) continue;
    const colon = line.indexOf(":");
    if (colon < 1) throw new RangeError(`line ${number + 1} is not a header: it has no colon`);
    headers.push([line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")]);
  }
  const body = raw.subarray(at);
  const isChunked = headers.some(([name, value]) => /^transfer-encoding$/i.test(name) && /chunked$/i.test(value));
  return { headers, body: isChunked ? joinChunks(body) : body };
}

function joinChunks(raw: Uint8Array): Uint8Array {
  const chunks: number[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf(LF, at);
    const size = end === -1 ? NaN : parseInt(decode(raw.subarray(at, end)), 16);
    if (!(size >= 0) || end + 1 + size > raw.length) throw new RangeError("the chunked body is incomplete or malformed");
    if (size === 0) return Uint8Array.from(chunks);
    for (const byte of raw.subarray(end + 1, end + 1 + size)) chunks.push(byte);
    at = end + 1 + size;
    if (raw[at] === CR) at++;
    if (raw[at] !== LF) throw new RangeError("the chunked body is incomplete or malformed");
    at++;
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
