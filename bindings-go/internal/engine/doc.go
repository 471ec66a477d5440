// Package engine is the core of hookseal in Go: hookseal-core.wasm, which is compiled from Rust, translated by wasm2go
// (https://github.com/ncruces/wasm2go). The file module.go is written by `cargo xtask package go`, and is not in the
// repository. The helper functions that wasm2go puts at its end are under the license in LICENSE-wasm2go.
package engine
