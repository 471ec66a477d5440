// Package hookseal verifies signed webhook deliveries. A webhook is an HTTP POST that anyone could forge; a [Verifier]
// decides whether it is genuine, fresh and well formed, and returns a [Delivery], or an [*Error] with a stable code and
// the HTTP status to answer with.
//
// Contio MeetingOS is the default sender. Standard Webhooks, Svix, Stripe, GitHub, Slack, Shopify and others are built
// in (see [Scheme]), and schemes of your own can be written as JSON.
//
//	verifier, err := hookseal.New(os.Getenv("WEBHOOK_SECRET"))
//	if err != nil {
//		log.Fatal(err)
//	}
//	http.Handle("POST /webhooks/contio", verifier.Handler(
//		func(w http.ResponseWriter, r *http.Request, delivery *hookseal.Delivery) {
//			event, err := delivery.Event()
//			…
//		}))
//
// The decisions are those of the core in Rust, which all languages share: compiled to WebAssembly and translated to Go,
// so that neither cgo nor another module is needed. The MACs are made by crypto/hmac.
//
// Every error of this package is an [*Error], and each of its codes can be compared:
//
//	if errors.Is(err, hookseal.ErrTimestampTooOld) {
package hookseal
