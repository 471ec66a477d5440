// Command receiver receives Contio's webhooks with net/http. WEBHOOK_SECRET is the endpoint's secret.
package main

import (
	"cmp"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"hookseal.invalid/go"
)

func main() {
	verifier, err := hookseal.New(os.Getenv("WEBHOOK_SECRET"), hookseal.OnRefusal(refused))
	if err != nil {
		log.Fatal(err) // also if there is no secret
	}
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks/contio", verifier.Handler(receive))
	server := &http.Server{
		Addr:              "127.0.0.1:" + cmp.Or(os.Getenv("PORT"), "3000"),
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
	}
	fmt.Printf("http://%s/webhooks/contio\n", server.Addr)
	log.Fatal(server.ListenAndServe())
}

// receive is called for genuine deliveries only; all others are answered.
func receive(w http.ResponseWriter, r *http.Request, delivery *hookseal.Delivery) {
	event, err := delivery.Event()
	if err != nil {
		hookseal.Answer(w, err)
		return
	}
	// The work is done before the answer, so that the sender tries again if it fails. A goroutine would be lost with the
	// process.
	switch event := event.(type) {
	case *hookseal.MeetingCompletedEvent:
		fmt.Println(event.Data.Title, "is over")
	default:
		fmt.Println("another event came in")
	}
	w.WriteHeader(http.StatusNoContent)
}

func refused(r *http.Request, err *hookseal.Error) {
	log.Printf("refused, %s: %v", err.Code, err)
}
