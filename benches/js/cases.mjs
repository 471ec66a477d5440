// The cases to measure, named `topic/operation/size/implementation` like the Rust ones.

/** The implementations of an operation are measured in turns, for each of the sizes. */
const OPERATIONS = [
  // The guide's variant: verified from a request's headers and raw body, and then its event is read.
  // `create-hmac` is the MAC alone.
  {
    topic: "node",
    operation: "verify",
    implementations: [
      "guide",
      "hookseal",
      "hookseal-signature",
      "native",
      "native-signature",
      "create-hmac",
      "webcrypto",
    ],
  },
  { topic: "node", operation: "event", implementations: ["guide", "hookseal", "native"] },
  // The variant that Contio's own package accepts: verified and read in one call, and for ours also in two.
  { topic: "node", operation: "parse", implementations: ["contio-sdk", "hookseal", "hookseal-event", "native"] },
  { topic: "node", operation: "standard-webhooks", implementations: ["standardwebhooks", "hookseal", "native"] },
  // The same in the runtimes that also have `node:crypto`.
  ...["bun", "deno"].flatMap((topic) => [
    { topic, operation: "verify", implementations: ["guide", "hookseal"] },
    { topic, operation: "parse", implementations: ["contio-sdk", "hookseal"] },
  ]),
  // From headers and a body that was already read; from a request whose body is read; and over HTTP, including the time
  // to send the request and the response. `array-buffer` reads the body without verifying it. Creating a request of
  // more than 64 KB takes so long that nothing else is visible, so those are only measured over HTTP.
  { topic: "workerd", operation: "verify", implementations: ["webcrypto", "hookseal", "webcrypto-import"] },
  { topic: "workerd", operation: "request", most: 65_536, implementations: ["webcrypto", "hookseal", "array-buffer"] },
  { topic: "workerd", operation: "http", implementations: ["webcrypto", "hookseal", "array-buffer"] },
  // Each in a process of its own: from the import to the first verdict, and the WebAssembly module alone.
  {
    topic: "node-start",
    operation: "first-verdict",
    implementations: ["guide", "hookseal", "contio-sdk", "standardwebhooks"],
  },
  { topic: "node-start", operation: "module", implementations: ["hookseal"] },
  // The start of the process, of the worker, and the first request.
  { topic: "workerd-start", operation: "first-verdict", implementations: ["webcrypto", "hookseal"] },
];

/** The part of `cases.json` with the sizes of a topic, and whether only the first of them is measured. */
const SIZES = {
  node: ["sizes_node", false],
  bun: ["sizes_node", false],
  deno: ["sizes_node", false],
  workerd: ["sizes_workerd", false],
  "node-start": ["sizes_node", true],
  "workerd-start": ["sizes_workerd", true],
};

/** The groups that are measured in turns, with the implementations whose ids match the filter. */
export function groupsOf(cases, filter) {
  return OPERATIONS.flatMap(({ topic, operation, most = Infinity, implementations }) => {
    const [part, onlyFirst] = SIZES[topic];
    const sizes = (onlyFirst ? cases[part].slice(0, 1) : cases[part]).filter((size) => size <= most);
    return sizes.map((size) => {
      const id = (name) => `${topic}/${operation}/${size}/${name}`;
      return { topic, operation, size, id, names: implementations.filter((name) => filter.test(id(name))) };
    });
  }).filter(({ names }) => names.length > 0);
}
