package once

import (
	"context"
	"log/slog"

	hookseal "hookseal.invalid/go"
)

// Notice is something that a receiver may want to count or look into.
type Notice struct {
	// Name is what happened.
	Name NoticeName
	// Key is the delivery's key. Its IsZero is true for [NoKey], and for what concerns no single event.
	Key hookseal.Key
	// Err is why the store could not be used, for [StoreUnavailable]: mostly a [*StoreError].
	Err error
}

// NoticeName is a word that is the same in every language.
type NoticeName string

const (
	// TakenOver: another handler of this event did not end within its lease; it crashed, or it is still running.
	TakenOver NoticeName = "takeover"
	// ClaimLost: this handler took longer than its lease, and another one took over; both may have run.
	ClaimLost NoticeName = "claim_lost"
	// OtherBody: a duplicate has another body than the delivery that was handled, which some senders do.
	OtherBody NoticeName = "other_body"
	// NoKey: nothing in the delivery distinguishes it from others, so it is handled each time.
	NoKey NoticeName = "no_key"
	// StoreUnavailable: the store could not be used.
	StoreUnavailable NoticeName = "store_unavailable"
)

func (o *Once) notify(ctx context.Context, name NoticeName, key hookseal.Key, err error) {
	notice := Notice{Name: name, Key: key, Err: err}
	if o.onNotice == nil {
		logNotice(ctx, notice)
		return
	}
	defer func() {
		// Between a claim and its end, nothing else may fail.
		if cause := recover(); cause != nil {
			slog.ErrorContext(ctx, "the function of OnNotice panicked", "notice", string(name), "panic", cause)
		}
	}()
	o.onNotice(ctx, notice)
}

func logNotice(ctx context.Context, notice Notice) {
	level := slog.LevelWarn
	if notice.Name == NoKey || notice.Name == OtherBody {
		level = slog.LevelInfo
	}
	attributes := []slog.Attr{slog.String("notice", string(notice.Name))}
	if !notice.Key.IsZero() {
		attributes = append(attributes, slog.String("key", notice.Key.String()))
	}
	if notice.Err != nil {
		attributes = append(attributes, slog.String("reason", notice.Err.Error()))
	}
	slog.LogAttrs(ctx, level, "hookseal once", attributes...)
}
