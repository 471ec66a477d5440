import path from "node:path";

// The folder of `node_modules`, which is above this one.
const root = path.resolve(import.meta.dirname, "../..");

export default {
  output: "standalone",
  outputFileTracingRoot: root,
  turbopack: { root },
  serverExternalPackages: ["@hookseal/node"],
};
