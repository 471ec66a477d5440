import bun from "@hono/vite-build/bun";
import pages from "@hono/vite-build/cloudflare-pages";
import workers from "@hono/vite-build/cloudflare-workers";
import node from "@hono/vite-build/node";
import { defineConfig } from "vite";

const PLUGINS = { bun, node, pages, workers };

export default defineConfig({ plugins: [PLUGINS[process.env.HONO_TARGET]({ entry: "./src/index.js" })] });
