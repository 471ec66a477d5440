module hookseal.invalid/go/benches

go 1.25

require (
	github.com/standard-webhooks/standard-webhooks/libraries v0.0.1
	github.com/svix/svix-webhooks v1.44.0
	hookseal.invalid/go v0.0.0
)

require gopkg.in/validator.v2 v2.0.1 // indirect

// Where `cargo xtask setup go` puts the package that `cargo xtask package go` has made.
replace hookseal.invalid/go => ../package
