package caddyhookseal

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	hookseal "hookseal.invalid/go"
)

func init() { caddy.RegisterModule(new(Handler)) }

const noSecret = "hookseal has no secret; add one, such as: secret {env.WEBHOOK_SECRET}"

// Handler verifies webhook deliveries. All requests that reach it must be deliveries of one sender: every other one is
// answered with the status of its error code, 400, 401 or 413, and {"error":"the code"}.
type Handler struct {
	// Scheme says how the sender signs: the name of a built-in scheme, such as "stripe", or an object that describes
	// one of your own, as in docs/schemes.md. The default is "contio".
	Scheme json.RawMessage `json:"scheme,omitempty"`
	// SignedURL is the URL that the sender signs, for the schemes "square" and "hubspot".
	SignedURL string `json:"signed_url,omitempty"`
	// Secrets are placeholders of the secrets that the sender may sign with, at most 8: {env.NAME}, or {file.PATH} for
	// the content of a file without the line break at its end. They are read when the configuration is loaded. A
	// secret itself is refused, since Caddy shows the configuration.
	Secrets []string `json:"secrets"`
	// MaxAge is how long ago a delivery may have been signed, such as "5m", which is the default, or "none".
	MaxAge string `json:"max_age,omitempty"`
	// MaxSkew is how far ahead of the clock a delivery may be dated, such as "5m", which is the default, or "none".
	MaxSkew string `json:"max_skew,omitempty"`
	// MaxEventAge is how long ago the event in a delivery of contio-body may have happened, such as "24h", which is the
	// default, or "none".
	MaxEventAge string `json:"max_event_age,omitempty"`
	// MaxBody is how many bytes a body may have. The default is 1 MiB. The body is kept in memory while it is verified.
	MaxBody *int64 `json:"max_body,omitempty"`
	// HeaderPrefix is what the names of the headers begin with that are set for the next handler, and removed from what
	// the client has sent. The default is "X-Hookseal-".
	HeaderPrefix string `json:"header_prefix,omitempty"`

	verifier *hookseal.Verifier
	logger   *zap.Logger
}

// CaddyModule returns the Caddy module information.
func (*Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.hookseal", New: func() caddy.Module { return new(Handler) }}
}

// Provision reads the secrets, and refuses a configuration that cannot be used.
func (h *Handler) Provision(ctx caddy.Context) error {
	h.logger = ctx.Logger()
	if h.HeaderPrefix == "" {
		h.HeaderPrefix = defaultPrefix
	}
	if err := checkPrefix(h.HeaderPrefix); err != nil {
		return err
	}
	options, err := h.options()
	if err != nil {
		return err
	}
	if len(h.Secrets) == 0 {
		return errors.New(noSecret)
	}
	secrets := make([]string, len(h.Secrets))
	for index, placeholder := range h.Secrets {
		if secrets[index], err = readSecret(placeholder); err != nil {
			return fmt.Errorf("hookseal: secret %d: %w", index+1, err)
		}
	}
	for _, other := range secrets[1:] {
		options = append(options, hookseal.OtherSecret(other))
	}
	h.verifier, err = hookseal.New(secrets[0], options...)
	return err
}

// options are all but the secrets.
func (h *Handler) options() ([]hookseal.Option, error) {
	scheme, err := h.scheme()
	if err != nil {
		return nil, err
	}
	options := []hookseal.Option{scheme}
	for _, limit := range []struct {
		name, text string
		option     func(limit time.Duration) hookseal.Option
	}{
		{"max_age", h.MaxAge, hookseal.MaxAge},
		{"max_skew", h.MaxSkew, hookseal.MaxSkew},
		{"max_event_age", h.MaxEventAge, hookseal.MaxEventAge},
	} {
		if limit.text == "" {
			continue
		}
		duration, err := timeLimit(limit.text)
		if err != nil {
			return nil, fmt.Errorf("hookseal: %s: %w", limit.name, err)
		}
		options = append(options, limit.option(duration))
	}
	if h.MaxBody != nil {
		options = append(options, hookseal.MaxBody(*h.MaxBody))
	}
	// Whatever is wrong with them is found without the secrets, which another machine may not have.
	if _, err := hookseal.NewWithKey(make([]byte, 32), options...); err != nil {
		return nil, err
	}
	return options, nil
}

func (h *Handler) scheme() (hookseal.Scheme, error) {
	if len(h.Scheme) == 0 {
		return hookseal.Contio, nil
	}
	if h.Scheme[0] == '{' {
		return hookseal.Scheme(h.Scheme), nil
	}
	var name string
	if err := json.Unmarshal(h.Scheme, &name); err != nil {
		return "", errors.New(`hookseal: scheme is neither a name, such as "stripe", nor an object`)
	}
	signing, signsURL := map[string]func(string) hookseal.Scheme{
		"square": hookseal.Square, "hubspot": hookseal.HubSpot,
	}[name]
	switch {
	case signsURL && h.SignedURL == "":
		return "", fmt.Errorf("hookseal: the scheme %s needs the URL that its sender signs: scheme %[1]s https://…", name)
	case signsURL:
		return signing(h.SignedURL), nil
	case h.SignedURL != "":
		return "", fmt.Errorf("hookseal: the sender of the scheme %s signs no URL", name)
	}
	return hookseal.Scheme(name), nil
}

func timeLimit(text string) (time.Duration, error) {
	if text == "none" {
		return hookseal.NoLimit, nil
	}
	limit, err := caddy.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf(`%q is no duration; give one, such as "5m", or "none"`, text)
	}
	return limit, nil
}

// ServeHTTP passes a genuine delivery on, and answers every other request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	removeHeaders(r, h.HeaderPrefix)
	delivery, err := h.verifier.VerifyRequest(r)
	if err == nil && delivery.HasEnvelope() {
		_, err = delivery.Envelope()
	}
	if err != nil {
		h.refuse(w, r, err)
		return nil
	}
	caddyhttp.SetVar(r.Context(), "hookseal", "genuine")
	// The body is complete now, and its length known. What came after it was not signed.
	r.ContentLength = int64(len(delivery.Body()))
	r.TransferEncoding = nil
	r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	r.Header.Del("Transfer-Encoding")
	r.Header.Del("Trailer")
	r.Trailer = nil
	setHeaders(r.Header, h.HeaderPrefix, delivery)
	return next.ServeHTTP(w, r)
}

// refuse answers by itself: routes for errors could otherwise pass the request on.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	code, status := hookseal.ErrInvalidArgument, http.StatusInternalServerError
	var failure *hookseal.Error
	if errors.As(err, &failure) {
		code, status = failure.Code, failure.Status
	}
	caddyhttp.SetVar(r.Context(), "hookseal", string(code))
	log := h.logger.Debug
	if status >= http.StatusInternalServerError {
		log = h.logger.Error
	}
	// The text of an error of the client's connection is not worth more than its code.
	log("refused", zap.String("code", string(code)), zap.Int("status", status))
	hookseal.Answer(w, err)
}

var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
)
