export default defineNitroConfig({ compatibilityDate: "2026-09-01", experimental: { wasm: true } });
