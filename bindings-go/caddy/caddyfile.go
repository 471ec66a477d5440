package caddyhookseal

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/dustin/go-humanize"
)

func init() {
	httpcaddyfile.RegisterHandlerDirective("hookseal", func(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
		handler := new(Handler)
		return handler, handler.UnmarshalCaddyfile(h.Dispenser)
	})
	// Before anything sends the request on or changes its headers.
	httpcaddyfile.RegisterDirectiveOrder("hookseal", httpcaddyfile.Before, "forward_auth")
}

var optionNames = []string{"scheme", "secret", "max_age", "max_skew", "max_event_age", "max_body", "header_prefix"}

// UnmarshalCaddyfile reads the directive:
//
//	hookseal {
//		scheme        <name> [<signed_url>]
//		secret        <placeholder>
//		max_age       <duration|none>
//		max_skew      <duration|none>
//		max_event_age <duration|none>
//		max_body      <size>
//		header_prefix <prefix>
//	}
//
// Several secrets are several lines. In place of a name, scheme takes the JSON of a scheme of your own.
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if d.NextArg() {
		return d.Err("hookseal takes no arguments; give its options in a block, each on a line of its own")
	}
	seen := map[string]bool{}
	for d.NextBlock(0) {
		option := d.Val()
		if seen[option] && option != "secret" {
			return d.Errf("%s is there twice", option)
		}
		seen[option] = true
		if err := h.readOption(d, option); err != nil {
			return err
		}
	}
	if len(h.Secrets) == 0 {
		return d.Err(noSecret)
	}
	return nil
}

// readOption reads one line, and checks it, so that the error has its number.
func (h *Handler) readOption(d *caddyfile.Dispenser, option string) error {
	args := d.RemainingArgs()
	if !slices.Contains(optionNames, option) {
		// Its name may be the second line of a secret.
		return d.Errf("hookseal has no such option; it has %s", strings.Join(optionNames, ", "))
	}
	if len(args) != 1 && (option != "scheme" || len(args) != 2) {
		// Caddy's own error would show a word of a secret that has got here by {$NAME}.
		return d.Errf("%s takes one value", option)
	}
	value := args[0]
	switch option {
	case "secret":
		// It is read where Caddy runs, which may be another machine.
		h.Secrets = append(h.Secrets, value)
		_, err := readPlaceholder(value)
		return withLine(d, err)
	case "scheme":
		if strings.HasPrefix(value, "{") {
			if !json.Valid([]byte(value)) {
				return d.Err("scheme is no JSON")
			}
			h.Scheme = json.RawMessage(value)
		} else {
			// A text cannot fail.
			h.Scheme, _ = json.Marshal(value)
		}
		if len(args) == 2 {
			h.SignedURL = args[1]
		}
	case "max_age":
		h.MaxAge = value
	case "max_skew":
		h.MaxSkew = value
	case "max_event_age":
		h.MaxEventAge = value
	case "max_body":
		size, err := humanize.ParseBytes(value)
		if err != nil || size >= 1<<32 {
			return d.Errf("max_body is %q; give a size below 4 GiB, such as 1MiB", value)
		}
		bytes := int64(size)
		h.MaxBody = &bytes
	case "header_prefix":
		h.HeaderPrefix = value
		return withLine(d, checkPrefix(value))
	}
	// The lines before are right already.
	_, err := h.options()
	return withLine(d, err)
}

// withLine is nil for nil.
func withLine(d *caddyfile.Dispenser, err error) error {
	if err == nil {
		return nil
	}
	return d.WrapErr(err)
}

var _ caddyfile.Unmarshaler = (*Handler)(nil)
