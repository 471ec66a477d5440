// Package caddyhookseal is the module http.handlers.hookseal of Caddy: it lets only genuine webhook deliveries through
// to the handlers after it, which get exactly the bytes that were verified.
//
//	example.com {
//		route /webhooks/stripe {
//			hookseal {
//				scheme stripe
//				secret {env.STRIPE_WEBHOOK_SECRET}
//			}
//			reverse_proxy localhost:3000
//		}
//	}
//
// README.md describes its options and the headers that it sets.
package caddyhookseal
