package hookseal

import "strings"

// Scheme says how a sender signs its deliveries: the name of a built-in one, such as [Stripe], or the textual form of
// one of your own, a JSON object that is the same in every language:
//
//	acme := hookseal.Scheme(`{
//	  "name": "acme",
//	  "signature": {"header": "X-Acme-Signature", "encoding": "hex", "prefix": "v1="},
//	  "timestamp": {"header": "X-Acme-Time"},
//	  "signed": "{timestamp}.{body}"
//	}`)
//
// docs/schemes.md describes its members. A scheme by which two different deliveries could have one signature is refused
// by [New].
//
// A Scheme is an option of [New] and of [Sign].
type Scheme string

func (s Scheme) applyTo(config *config) { config.scheme = s }

func (s Scheme) applyToSigning(signing *signing) { signing.scheme = s }

// urlPlace stands for the URL in the texts of schemes that sign it.
const urlPlace = "https://hookseal.invalid/"

// withURL puts the URL that a sender signs into the text of its scheme. What is no such URL becomes a scheme that New
// refuses with a text that says so.
func withURL(text, url string) Scheme {
	rest, isURL := strings.CutPrefix(url, "https://")
	if !isURL {
		rest, isURL = strings.CutPrefix(url, "http://")
	}
	if !isURL || rest == "" || !isVisible(rest) || len(url) > 240 {
		return badURL
	}
	escaped := strings.NewReplacer(`"`, `\"`, `\`, `\\`, "{", "{lbrace}", "}", "{rbrace}").Replace(url)
	return Scheme(strings.Replace(text, urlPlace, escaped, 1))
}

// isVisible is whether a text has nothing but visible ASCII in it.
func isVisible(text string) bool {
	return strings.IndexFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }) < 0
}

// badURL is no scheme. New recognizes it.
const badURL Scheme = "\x00url"

const badURLText = "the URL that the sender signs begins with https:// or http:// and is visible ASCII of at most 240 " +
	"bytes; copy it from the sender's settings"
