// Command caddy is Caddy with everything that it comes with and hookseal, as xcaddy builds it.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "hookseal.invalid/go/caddy"
)

func main() { caddycmd.Main() }
