// The bundlers, each by its own interface. Every function returns a step, which writes `dist` in the case's folder.
import path from "node:path";

import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import { rspack } from "@rspack/core";
import * as esbuild from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import webpack from "webpack";

const dist = (folder) => path.join(folder, "dist");

/** What Node has itself. */
const BUILTIN = /^node:/;

export const withEsbuild =
  (entry, options = {}) =>
  async ({ folder }) => {
    await esbuild.build({
      entryPoints: [path.join(folder, entry)],
      absWorkingDir: folder,
      bundle: true,
      format: "esm",
      outdir: dist(folder),
      logLevel: "silent",
      ...options,
    });
  };

const compile = (compiler, configuration) =>
  new Promise((resolve, reject) => {
    compiler(configuration, (error, stats) => {
      if (error) reject(error);
      else if (stats.hasErrors() || stats.hasWarnings()) {
        reject(new Error(stats.toString({ all: false, errors: true, warnings: true })));
      } else resolve();
    });
  });

/** The same configuration is one of webpack and of Rspack. */
const withWebpackLike =
  (compiler) =>
  (entry, options = {}) =>
  ({ folder }) =>
    compile(compiler, {
      mode: "production",
      devtool: false,
      context: folder,
      entry: `./${entry}`,
      target: "node",
      output: { path: dist(folder), filename: "serve.cjs" },
      ...options,
    });

export const withWebpack = withWebpackLike(webpack);
export const withRspack = withWebpackLike(rspack);

export const withRollup =
  (entry, { resolve = {}, ...options } = {}) =>
  async ({ folder }) => {
    const plugins = [nodeResolve({ preferBuiltins: true, ...resolve }), commonjs()];
    const onwarn = (warning) => {
      throw new Error(warning.message);
    };
    const bundle = await rollup({ input: path.join(folder, entry), plugins, external: BUILTIN, onwarn, ...options });
    await bundle.write({ dir: dist(folder), format: "esm" });
    await bundle.close();
  };

export const withRolldown =
  (entry, options = {}) =>
  async ({ folder }) => {
    const input = path.join(folder, entry);
    const bundle = await rolldown({ cwd: folder, input, platform: "node", external: BUILTIN, ...options });
    await bundle.write({ dir: dist(folder), format: "esm" });
    await bundle.close();
  };
