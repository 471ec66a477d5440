import { defineCollection } from "astro:content";
import { docsSchema } from "@astrojs/starlight/schema";
import { glob } from "astro/loaders";

export const collections = {
  docs: defineCollection({
    loader: glob({
      base: "../target/site/content",
      pattern: "**/*.md",
      // The address is the path as it is written, in capitals too.
      generateId: ({ entry }) => entry.replace(/(^|\/)index\.md$/, "").replace(/\.md$/, "") || "index",
    }),
    schema: docsSchema(),
  }),
};
