// Generated from core/src/scheme/presets by `cargo xtask generate`; edit those instead.

package hookseal

// The built-in schemes.
const (
	// Contio accepts Contio's deliveries of both variants, and is the default.
	Contio Scheme = "contio"
	// ContioTimestamped is the variant of Contio's guide: a signed time in a header.
	ContioTimestamped Scheme = "contio-timestamped"
	// ContioBody is the variant of Contio's SDK: the body alone is signed, and the time is that of the event.
	ContioBody Scheme = "contio-body"
	// StandardWebhooks is the Standard Webhooks specification, for symmetric signatures.
	StandardWebhooks Scheme = "standard-webhooks"
	// Svix is Svix.
	Svix Scheme = "svix"
	// Stripe is Stripe.
	Stripe Scheme = "stripe"
	// GitHub is GitHub. It signs no time.
	GitHub Scheme = "github"
	// Slack is Slack.
	Slack Scheme = "slack"
	// Shopify is Shopify. It signs no time, and no topic.
	Shopify Scheme = "shopify"
	// Zoom is Zoom. Its requests named endpoint.url_validation want an answer: see docs/senders.md.
	Zoom Scheme = "zoom"
	// Linear is Linear. It signs no time: compare the body's webhookTimestamp with the clock.
	Linear Scheme = "linear"
	// Paddle is Paddle Billing.
	Paddle Scheme = "paddle"
	// Zendesk is Zendesk.
	Zendesk Scheme = "zendesk"
	// Typeform is Typeform. It signs no time.
	Typeform Scheme = "typeform"
	// Sentry is Sentry's integration platform. It signs no time.
	Sentry Scheme = "sentry"
	// Meta is Meta, for WhatsApp, Messenger and Instagram. It signs no time.
	Meta Scheme = "meta"
	// Calendly is Calendly.
	Calendly Scheme = "calendly"
	// DocuSign is DocuSign Connect, signatures by the first key of the account. It signs no time.
	DocuSign Scheme = "docusign"
	// Twitch is Twitch EventSub. Its requests with a challenge want that as the answer.
	Twitch Scheme = "twitch"
	// WorkOS is WorkOS.
	WorkOS Scheme = "workos"
)

// Square is Square, for the notification URL of the subscription, exactly as it is configured there.
func Square(url string) Scheme {
	return withURL(`{"name":"square","signature":{"header":"x-square-hmacsha256-signature","encoding":"base64"},"signed":"https://hookseal.invalid/{body}","key_field":"event_id"}`, url)
}

// HubSpot is HubSpot, signatures of version 3, for the target URL as HubSpot signs it: with :/?@!$'()*,; not
// percent-encoded.
func HubSpot(url string) Scheme {
	return withURL(`{"name":"hubspot","signature":{"header":"X-HubSpot-Signature-v3","encoding":"base64"},"timestamp":{"header":"X-HubSpot-Request-Timestamp","format":"milliseconds"},"signed":"POSThttps://hookseal.invalid/{body}{timestamp}"}`, url)
}
