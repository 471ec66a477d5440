module hookseal.invalid/go/tests

go 1.24

require hookseal.invalid/go v0.0.0

// Where `cargo xtask setup go` puts the package that `cargo xtask package go` has made.
replace hookseal.invalid/go => ../package
