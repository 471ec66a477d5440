package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	svix "github.com/svix/svix-webhooks/go"
	"hookseal.invalid/go"
)

// cases is what benches/cases.json has.
type cases struct {
	Secret   string
	Now      int64
	ID       string
	Headers  [][2]string
	Template string
	Title    string
	SizesGo  []int `json:"sizes_go"`
}

func (c *cases) body(size int) []byte {
	title := size - len(c.Template) + len("{title}")
	return []byte(strings.Replace(c.Template, "{title}", strings.Repeat(c.Title, title/len(c.Title)+1)[:title], 1))
}

// header adds what a server's requests have besides the signature.
func (c *cases) header(signed http.Header, body []byte) http.Header {
	for _, pair := range c.Headers {
		signed.Set(pair[0], strings.Replace(pair[1], "{size}", strconv.Itoa(len(body)), 1))
	}
	return signed
}

func groups(c *cases) (groups []group) {
	for _, size := range c.SizesGo {
		groups = append(groups, c.verify(size), c.event(size), c.standardWebhooks(size))
	}
	return append(groups, c.start())
}

func (c *cases) clock() time.Time { return time.Unix(c.Now, 0) }

// verify is Contio's timestamped variant without its envelope, beside the MAC alone: with a key that is prepared for each
// message, as the steps in Contio's guide do, and with one that is kept.
func (c *cases) verify(size int) group {
	body := c.body(size)
	header := c.header(must(hookseal.Sign(body, c.Secret, hookseal.SignedAt(c.clock()))), body)
	forged := header.Clone()
	forged.Set("X-Contio-Timestamp", strconv.FormatInt(c.Now-1, 10))
	v := must(hookseal.New(c.Secret, hookseal.ContioTimestamped, hookseal.Now(c.clock)))
	prefix := []byte(strconv.FormatInt(c.Now, 10) + ".")
	expected := must(hex.DecodeString(header.Get("X-Contio-Signature")))
	kept := hmac.New(sha256.New, []byte(c.Secret))
	kept.Reset()
	var sum [32]byte
	verifies := func(header http.Header) func() bool {
		return func() bool {
			_, err := v.Verify(header, body)
			return err == nil
		}
	}
	return group{fmt.Sprintf("go/verify/%d", size), []measured{
		{"crypto-hmac", func() bool {
			mac := hmac.New(sha256.New, []byte(c.Secret))
			mac.Write(prefix)
			mac.Write(body)
			return hmac.Equal(mac.Sum(sum[:0]), expected)
		}, nil},
		{"crypto-hmac-kept-key", func() bool {
			kept.Reset()
			kept.Write(prefix)
			kept.Write(body)
			return hmac.Equal(kept.Sum(sum[:0]), expected)
		}, nil},
		{"hookseal", verifies(header), verifies(forged)},
	}}
}

// event verifies a delivery and reads its typed event, beside encoding/json alone, into the same type.
func (c *cases) event(size int) group {
	body := c.body(size)
	header := must(hookseal.Sign(body, c.Secret, hookseal.SignedAt(c.clock())))
	v := must(hookseal.New(c.Secret, hookseal.ContioTimestamped, hookseal.Now(c.clock)))
	verifies := func() bool {
		_, err := v.Verify(header, body)
		return err == nil
	}
	return group{fmt.Sprintf("go/event/%d", size), []measured{
		{"encoding-json", func() bool {
			var event hookseal.MeetingCompletedEvent
			return json.Unmarshal(body, &event) == nil && event.EventID == "evt-81d4" && event.Data.MeetingID == "m-3f9"
		}, nil},
		{"hookseal-verify", verifies, nil},
		{"hookseal", func() bool {
			d, err := v.Verify(header, body)
			if err != nil {
				return false
			}
			event, err := d.Event()
			if err != nil {
				return false
			}
			meeting, ok := event.(*hookseal.MeetingCompletedEvent)
			return ok && meeting.EventID == "evt-81d4" && meeting.Data.MeetingID == "m-3f9"
		}, nil},
	}}
}

// standardWebhooks compares with the libraries of the specification and of Svix. They read the system's clock.
func (c *cases) standardWebhooks(size int) group {
	body := c.body(size)
	header := c.header(must(hookseal.Sign(body, c.Secret, hookseal.StandardWebhooks, hookseal.SignedID(c.ID))), body)
	forged := header.Clone()
	forged.Set("Webhook-Id", "msg_another")
	v := must(hookseal.New(c.Secret, hookseal.StandardWebhooks))
	standard, theirs := must(standardwebhooks.NewWebhook(c.Secret)), must(svix.NewWebhook(c.Secret))
	with := func(verify func(header http.Header) error) measured {
		return measured{call: func() bool { return verify(header) == nil }, forged: func() bool { return verify(forged) == nil }}
	}
	named := func(name string, m measured) measured { m.name = name; return m }
	return group{fmt.Sprintf("go/standard-webhooks/%d", size), []measured{
		named("standard-webhooks", with(func(h http.Header) error { return standard.Verify(body, h) })),
		named("svix", with(func(h http.Header) error { return theirs.Verify(body, h) })),
		named("hookseal", with(func(h http.Header) error {
			_, err := v.Verify(h, body)
			return err
		})),
	}}
}

// start is from nothing to the first verdict.
func (c *cases) start() group {
	body := c.body(c.SizesGo[0])
	header := must(hookseal.Sign(body, c.Secret, hookseal.SignedAt(c.clock())))
	return group{fmt.Sprintf("go-start/first-verdict/%d", c.SizesGo[0]), []measured{{"hookseal", func() bool {
		v, err := hookseal.New(c.Secret, hookseal.Now(c.clock))
		if err != nil {
			return false
		}
		_, err = v.Verify(header, body)
		return err == nil
	}, nil}}}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
