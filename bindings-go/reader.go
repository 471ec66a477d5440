package hookseal

import (
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"time"
)

// Reader passes a body on while it is verified, in constant memory: for bodies that are too large to keep. Its last read
// returns [io.EOF] only if the delivery is genuine, and otherwise why it was refused, as the reader of a compressed file
// does with its checksum. Do not act on what was read before.
type Reader struct {
	body     io.Reader
	delivery StreamedDelivery
	headers  headerValues
	length   uint64
	limit    uint64
	// What Read returns from now on, once the body has ended.
	end error
	// One for each secret.
	macs   []hash.Hash
	digest hash.Hash
	// For a verdict that depends on what is in the body, and for keys: an instance of its own, which reads it.
	core   *coreStream
	inCore bool
	// The body, if it is kept.
	kept []byte
}

// A ReaderOption says what [Reader.Delivery] knows besides who signed the delivery and when: [WithKey] or [WithBody].
type ReaderOption interface{ applyToReader(*Reader) }

type readerOption func(*Reader)

func (o readerOption) applyToReader(r *Reader) { o(r) }

// WithKey makes the key of the delivery and the digest of its body known, still in constant memory. The body is then also
// read by the core, which takes several times as long as the MAC, and each reader prepares the secrets anew.
func WithKey() ReaderOption {
	return readerOption(func(r *Reader) { r.delivery.hasKey, r.digest = true, sha256.New() })
}

// WithBody keeps the body, so that the delivery is known as a whole in the end: see [StreamedDelivery.Whole]. Unless
// [MaxBody] or the scheme sets a limit, the body has at most 1 MiB.
func WithBody() ReaderOption {
	return readerOption(func(r *Reader) { r.delivery.hasBody = true })
}

// NewReader begins a delivery whose body is read from the reader that it returns. A refusal of the headers is returned
// at once.
//
//	body, err := verifier.NewReader(r.Header, r.Body)
//	if err != nil {
//		hookseal.Answer(w, err)
//		return
//	}
//	if _, err := io.Copy(file, body); err != nil {
//		os.Remove(file.Name()) // it is not genuine, or reading failed
//	}
func (v *Verifier) NewReader(header http.Header, body io.Reader, options ...ReaderOption) (*Reader, error) {
	if err := v.check(header); err != nil {
		return nil, err
	}
	if body == nil {
		return nil, NewError(ErrInvalidArgument, "the body is nil; pass that of the request, r.Body")
	}
	r := &Reader{body: body, limit: v.maxBody}
	r.delivery.delivery.verifier = v
	for _, option := range options {
		if option == nil {
			return nil, NewError(ErrInvalidArgument, "an option is nil")
		}
		option.applyToReader(r)
	}
	if r.delivery.hasBody && !v.limitsBody {
		r.limit = min(r.limit, DefaultMaxBody)
	}
	v.names.find(header, &r.headers)
	err := v.pool.with(func(i *instance) *Error {
		before, _, flags, err := i.prepare(v, &r.headers, v.config.now().Unix(), 0)
		// A body that is kept can be read in the end.
		r.inCore = !r.delivery.hasBody && (r.delivery.hasKey || flags&readsBody != 0)
		if err != nil || r.inCore {
			return err
		}
		r.macs = i.newMACs(len(i.macs), func(mac hash.Hash) { mac.Write(before) })
		return nil
	})
	if err == nil && r.inCore {
		r.core, err = newCoreStream(v, &r.headers, r.delivery.hasKey)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Read reads from the body. After the last byte the error is [io.EOF] or an [*Error].
func (r *Reader) Read(p []byte) (int, error) {
	if r.end != nil {
		return 0, r.end
	}
	n, err := r.body.Read(p)
	r.length += uint64(n)
	if r.length > r.limit {
		return 0, r.ended(tooLarge(r.limit))
	}
	if r.core != nil {
		if failure := r.core.update(p[:n]); failure != nil {
			return 0, r.ended(failure)
		}
	}
	for _, mac := range r.macs {
		mac.Write(p[:n])
	}
	if r.digest != nil {
		r.digest.Write(p[:n])
	}
	if r.delivery.hasBody {
		r.kept = append(r.kept, p[:n]...)
	}
	if err == io.EOF {
		err = r.ended(r.finish())
	}
	return n, err
}

// ended is what Read returns from now on. The core's instance has secrets in it, and may be large.
func (r *Reader) ended(end error) error {
	r.end = end
	if r.core != nil {
		r.core.close()
		r.core = nil
	}
	return end
}

// Delivery returns what is known about the delivery, once Read has returned [io.EOF].
func (r *Reader) Delivery() (*StreamedDelivery, error) {
	switch r.end {
	case nil:
		return nil, NewError(ErrInvalidArgument, "the body was not read to its end, so there is no verdict yet")
	case io.EOF:
		return &r.delivery, nil
	}
	return nil, r.end
}

// finish is io.EOF for a genuine delivery.
func (r *Reader) finish() error {
	d := &r.delivery.delivery
	v := d.verifier
	now := v.config.now().Unix()
	var err *Error
	if r.core != nil {
		err = r.core.finish(&r.delivery, &r.headers, now)
	} else {
		d.body, r.kept = r.kept, nil
		err = v.pool.with(func(i *instance) *Error {
			// The scratch memory has had other deliveries in it since the headers came.
			_, after, flags, err := i.prepare(v, &r.headers, now, int(r.length))
			if err != nil {
				return err
			}
			macs := i.memory()[i.scratch+macsAt:][:len(r.macs)*sha256.Size]
			for index, mac := range r.macs {
				mac.Write(after)
				mac.Sum(macs[sha256.Size*index : sha256.Size*index])
			}
			return i.decide(d, &r.headers, flags, now, int(r.length))
		})
	}
	if err != nil {
		return err
	}
	if r.digest != nil {
		r.digest.Sum(r.delivery.digest[:0])
	}
	return io.EOF
}

// StreamedDelivery is a genuine delivery whose body was passed on by a [Reader].
type StreamedDelivery struct {
	// Without its body, unless that was kept.
	delivery        Delivery
	hasKey, hasBody bool
	key             Key
	digest          [32]byte
}

// Whole is the delivery with its body, which has an event and everything else. It is false unless the body was kept, which
// [WithBody] asks for.
func (s *StreamedDelivery) Whole() (*Delivery, bool) {
	if !s.hasBody {
		return nil, false
	}
	return &s.delivery, true
}

// Key is [Delivery.Key]. It is false for deliveries that are no events, and for all unless [WithKey] or [WithBody] asked
// for it.
func (s *StreamedDelivery) Key() (key Key, ok bool) {
	if s.hasBody {
		return s.delivery.Key()
	}
	return s.key, !s.key.IsZero()
}

// BodyDigest is [Delivery.BodyDigest]. It is false unless [WithKey] or [WithBody] asked for it.
func (s *StreamedDelivery) BodyDigest() (digest [32]byte, ok bool) {
	switch {
	case s.hasKey:
		return s.digest, true
	case s.hasBody:
		return s.delivery.BodyDigest(), true
	}
	return digest, false
}

// Scheme is [Delivery.Scheme].
func (s *StreamedDelivery) Scheme() string { return s.delivery.Scheme() }

// HasEnvelope is [Delivery.HasEnvelope].
func (s *StreamedDelivery) HasEnvelope() bool { return s.delivery.HasEnvelope() }

// Timestamp is [Delivery.Timestamp].
func (s *StreamedDelivery) Timestamp() (time.Time, bool) { return s.delivery.Timestamp() }

// SecretIndex is [Delivery.SecretIndex].
func (s *StreamedDelivery) SecretIndex() int { return s.delivery.SecretIndex() }

// ID is [Delivery.ID].
func (s *StreamedDelivery) ID() string { return s.delivery.ID() }

// coreStream is a stream in the core. Its instance is its own, since a body may take as long as its sender likes.
type coreStream struct {
	instance *instance
	stream   int32
	buffer   int32
}

const chunkSize = 16 << 10

func newCoreStream(v *Verifier, headers *headerValues, hasKey bool) (s *coreStream, err *Error) {
	defer recovered(&err)
	i, _, err := newInstance(v.config)
	if err != nil {
		return nil, err
	}
	s = &coreStream{instance: i}
	flags := uint32(0)
	if hasKey {
		flags = wantsKey
	}
	i.put(&request{flags: flags, now: v.config.now().Unix(), values: headers})
	s.stream = i.module.Xhookseal_stream_new(i.verifier, i.scratch+deliveryAt, i.scratch+verdictAt)
	if s.stream == 0 {
		defer i.close()
		return nil, i.refusal()
	}
	s.buffer = i.alloc(chunkSize)
	return s, nil
}

// close wipes the prepared secrets. A reader that is given up before its end does not come here: its memory goes to the
// garbage collector as it is.
func (s *coreStream) close() {
	var err *Error
	defer recovered(&err)
	s.instance.module.Xhookseal_stream_free(s.stream)
	s.instance.close()
}

func (s *coreStream) update(chunk []byte) (err *Error) {
	defer recovered(&err)
	i := s.instance
	for len(chunk) > 0 {
		n := copy(i.memory()[s.buffer:][:chunkSize], chunk)
		chunk = chunk[n:]
		// A body that is too large was noticed before.
		if i.module.Xhookseal_stream_update(s.stream, s.buffer, int32(n)) != 0 {
			break
		}
	}
	return nil
}

func (s *coreStream) finish(d *StreamedDelivery, headers *headerValues, now int64) (err *Error) {
	defer recovered(&err)
	i := s.instance
	i.putVerdict()
	code := i.module.Xhookseal_stream_finish(s.stream, int32(uint32(now)), int32(uint32(uint64(now)>>32)),
		i.scratch+verdictAt)
	if code != 0 {
		return i.refusal()
	}
	verdict := i.verdict()
	d.delivery.set(&verdict, headers)
	if d.hasKey {
		d.key, _ = readKey(i.text(func(at, capacity int32) int32 {
			return i.module.Xhookseal_stream_key(s.stream, 0, 0, 0, at, capacity)
		}))
	}
	return nil
}

// recovered makes an error of a panic in the core.
func recovered(err **Error) {
	if cause := recover(); cause != nil {
		*err = stopped(cause)
	}
}
