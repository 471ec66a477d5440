// The site, from the Markdown that `prepare.mjs` writes. `cargo xtask site` runs both.
import starlight from "@astrojs/starlight";
import { defineConfig, passthroughImageService } from "astro/config";

import { BASE, HOST } from "./lib/base.mjs";
import { menu } from "./lib/pages.mjs";
import { tables } from "./lib/tables.mjs";

/** An entry of the menu. The titles are those of the pages. A group within a group is open on its own pages only. */
const entry = ({ label, entries, slug }) =>
  entries ? { label, items: entries.map(entry), collapsed: true } : { slug: slug || "index" };

export default defineConfig({
  site: HOST,
  base: BASE,
  trailingSlash: "always",
  outDir: "./dist",
  cacheDir: "../target/site/cache",
  publicDir: "../target/site/public",
  markdown: { rehypePlugins: [tables] },
  image: { service: passthroughImageService() },
  integrations: [
    starlight({
      title: "hookseal",
      description: "Verifies signed webhook deliveries.",
      favicon: "/icon.svg",
      sidebar: [...menu().map((group) => ({ ...entry(group), collapsed: false })), { label: "Explain a delivery", link: "/explain/" }],
      customCss: ["./src/styles/site.css"],
      markdown: { processedDirs: ["../target/site/content"] },
      credits: false,
      lastUpdated: false,
      // Nothing has to be scrolled sideways on a phone.
      expressiveCode: { defaultProps: { wrap: true, preserveIndent: false }, styleOverrides: { borderRadius: "0.35rem" } },
    }),
  ],
});
