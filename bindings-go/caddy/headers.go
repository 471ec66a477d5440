package caddyhookseal

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	hookseal "hookseal.invalid/go"
)

const (
	defaultPrefix = "X-Hookseal-"
	// The longest value that is set.
	maxValue = 256
)

func checkPrefix(prefix string) error {
	isWord := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-'
	}
	isWrong := func(c rune) bool { return !isWord(c) }
	if len(prefix) < 3 || len(prefix) > 64 || !strings.HasSuffix(prefix, "-") || strings.IndexFunc(prefix, isWrong) >= 0 {
		return fmt.Errorf("hookseal: header_prefix %q is not 3 to 64 letters, digits and hyphens with a hyphen at the end, "+
			"such as %q", prefix, defaultPrefix)
	}
	return nil
}

// hasPrefix takes an underscore for a hyphen: CGI and FastCGI do not distinguish them.
func hasPrefix(name, prefix string) bool {
	return len(name) >= len(prefix) &&
		strings.EqualFold(strings.ReplaceAll(name[:len(prefix)], "_", "-"), prefix)
}

// removeHeaders removes what only this handler may set, and stops the client from having it removed on the way.
func removeHeaders(r *http.Request, prefix string) {
	for name := range r.Header {
		if hasPrefix(name, prefix) {
			delete(r.Header, name)
		}
	}
	// A proxy removes the headers that are named in Connection.
	values, isThere := r.Header["Connection"]
	if !isThere {
		return
	}
	var kept []string
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name != "" && !hasPrefix(name, prefix) {
				kept = append(kept, name)
			}
		}
	}
	if kept == nil {
		delete(r.Header, "Connection")
		return
	}
	r.Header["Connection"] = []string{strings.Join(kept, ", ")}
}

// setHeaders says what is known of a genuine delivery.
func setHeaders(header http.Header, prefix string, delivery *hookseal.Delivery) {
	set := func(name, value string) {
		isHidden := func(c rune) bool { return c < '!' || c > '~' }
		if value != "" && len(value) <= maxValue && strings.IndexFunc(value, isHidden) < 0 {
			header.Set(prefix+name, value)
		}
	}
	set("Scheme", delivery.Scheme())
	set("Secret", strconv.Itoa(delivery.SecretIndex()))
	set("Id", delivery.ID())
	if at, isSigned := delivery.Timestamp(); isSigned {
		set("Timestamp", strconv.FormatInt(at.Unix(), 10))
	}
	if key, hasKey := delivery.Key(); hasKey {
		set("Key", key.String())
	}
	if !delivery.HasEnvelope() {
		return
	}
	// It was read before, so that there is no error.
	if envelope, err := delivery.Envelope(); err == nil {
		set("Event-Id", envelope.EventID)
		set("Event-Type", envelope.EventType)
	}
}
