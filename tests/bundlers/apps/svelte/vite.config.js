import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

// Clients that are no browsers send no `Origin`.
export default defineConfig({ plugins: [sveltekit({ adapter: adapter() })] });
