// What is measured. Cases are named `topic/operation/size/implementation`, as the Rust ones are.

/** The implementations of an operation are measured in turns, at each of the sizes. */
const OPERATIONS = [
  // The guide's form: verified from a request's headers and its raw body, and then its event read.
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
  // The form that Contio's own package takes: verified and read in one call, and by us in two as well.
  { topic: "node", operation: "parse", implementations: ["contio-sdk", "hookseal", "hookseal-event", "native"] },
  { topic: "node", operation: "standard-webhooks", implementations: ["standardwebhooks", "hookseal", "native"] },
  // From headers and a body that was read before; from a request, whose body is read; and that over HTTP, with all that
  // it takes to send it and to answer. `array-buffer` reads the body and gives no verdict. Requests of more than 64 KB
  // are made in a time that drowns the rest, and are measured over HTTP alone.
  { topic: "workerd", operation: "verify", implementations: ["webcrypto", "hookseal", "webcrypto-import"] },
  { topic: "workerd", operation: "request", most: 65_536, implementations: ["webcrypto", "hookseal", "array-buffer"] },
  { topic: "workerd", operation: "http", implementations: ["webcrypto", "hookseal", "array-buffer"] },
  // Each time in a process of its own: from the import to the first verdict, and the WebAssembly module alone.
  {
    topic: "node-start",
    operation: "first-verdict",
    implementations: ["guide", "hookseal", "contio-sdk", "standardwebhooks"],
  },
  { topic: "node-start", operation: "module", implementations: ["hookseal"] },
  // The start of the process, the worker's, and the first request.
  { topic: "workerd-start", operation: "first-verdict", implementations: ["webcrypto", "hookseal"] },
];

/** The part of `cases.json` that has the sizes of a topic, and whether only the first of them is measured. */
const SIZES = {
  node: ["sizes_node", false],
  workerd: ["sizes_workerd", false],
  "node-start": ["sizes_node", true],
  "workerd-start": ["sizes_workerd", true],
};

/** What is measured in turns, with those names of implementations whose ids the filter matches. */
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
