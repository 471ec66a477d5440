package once

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// How many keys a store in memory holds unless MaxKeys says otherwise.
	defaultMaxKeys = 10_000
	// How many keys that were kept long enough are deleted at a time.
	sweepNumber = 10
)

// Memory keeps keys in the memory of this process, for tests and for receivers that are one process: another process,
// and the same one after a restart, knows nothing of them. The zero value is ready to use.
//
// If it holds MaxKeys, each new key replaces the one that was done first. Keys of handlers that are running are never
// replaced: if there are so many of them, a claim fails, and the sender tries again.
type Memory struct {
	// MaxKeys is how many keys it holds at most: 10,000 if it is 0.
	MaxKeys int
	// Now is the clock, for tests. If it is nil, it is a clock that nobody can set.
	Now func() time.Time

	mutex sync.Mutex
	start time.Time
	rows  map[string]*memoryRow
	// The keys that are done, in the order in which they were.
	done list.List
}

type memoryRow struct {
	token                 string
	body                  [32]byte
	takeovers             int
	leaseUntil, keepUntil time.Duration
	// Nil while it is running.
	done *list.Element
}

func (m *Memory) check() error {
	if m == nil {
		return invalid("the store is a nil *Memory; give &once.Memory{}")
	}
	if m.MaxKeys < 0 {
		return invalid(fmt.Sprintf("MaxKeys is %d; give the number of keys, or 0 for %d", m.MaxKeys, defaultMaxKeys))
	}
	return nil
}

// IsDurable is false.
func (m *Memory) IsDurable() bool { return false }

// Create has nothing to make.
func (m *Memory) Create(context.Context) (time.Time, error) { return time.Time{}, nil }

// Claim claims a key if nobody holds it.
func (m *Memory) Claim(_ context.Context, claim Claim) (Claimed, error) {
	now := m.lock()
	defer m.mutex.Unlock()
	row, takeovers := m.rows[claim.Key], 0
	switch {
	case row == nil:
		if err := m.makeRoom(now); err != nil {
			return Claimed{}, err
		}
	case row.keepUntil > now:
		if row.done != nil {
			return Claimed{Answer: Duplicate, SameBody: row.body == claim.Body}, nil
		}
		takeovers = row.takeovers
		if row.leaseUntil > now {
			if row.token != claim.Token {
				return Claimed{Answer: Busy, Wait: row.leaseUntil - now}, nil
			}
			// This claim was sent twice.
			return claimedBy(takeovers), nil
		}
		takeovers++
	default:
		m.remove(claim.Key, row)
	}
	m.rows[claim.Key] = &memoryRow{
		token: claim.Token, body: claim.Body, takeovers: takeovers,
		leaseUntil: now + claim.Lease, keepUntil: now + claim.Keep,
	}
	return claimedBy(takeovers), nil
}

// Finish says that the claim's work is done.
func (m *Memory) Finish(_ context.Context, key, token string, keep time.Duration) (bool, error) {
	now := m.lock()
	defer m.mutex.Unlock()
	row := m.rows[key]
	if row == nil || row.token != token || row.keepUntil <= now {
		return false, nil
	}
	row.keepUntil = now + keep
	if row.done == nil {
		row.done = m.done.PushBack(key)
	}
	return true, nil
}

// Release gives the claim up.
func (m *Memory) Release(_ context.Context, key, token string) (bool, error) {
	now := m.lock()
	defer m.mutex.Unlock()
	row := m.rows[key]
	if row == nil || row.token != token || row.keepUntil <= now || row.done != nil {
		return false, nil
	}
	m.remove(key, row)
	return true, nil
}

// Forget forgets a key, whatever its state.
func (m *Memory) Forget(_ context.Context, key string) (bool, error) {
	m.lock()
	defer m.mutex.Unlock()
	row := m.rows[key]
	if row != nil {
		m.remove(key, row)
	}
	return row != nil, nil
}

// Sweep looks at every key: it is called by hand, and when so many claims were never ended that there is no room.
func (m *Memory) Sweep(_ context.Context, number int) (int, error) {
	now := m.lock()
	defer m.mutex.Unlock()
	return m.sweep(number, now), nil
}

// lock returns the time since the store was first used.
func (m *Memory) lock() time.Duration {
	m.mutex.Lock()
	if m.rows == nil {
		m.rows, m.start = make(map[string]*memoryRow), time.Now()
	}
	if m.Now != nil {
		return time.Duration(m.Now().UnixMilli()) * time.Millisecond
	}
	return time.Since(m.start)
}

func (m *Memory) makeRoom(now time.Duration) error {
	limit := m.MaxKeys
	if limit == 0 {
		limit = defaultMaxKeys
	}
	if len(m.rows) < limit {
		return nil
	}
	if first := m.done.Front(); first != nil {
		key := first.Value.(string)
		m.remove(key, m.rows[key])
		return nil
	}
	if m.sweep(sweepNumber, now) > 0 {
		return nil
	}
	return NewStoreError(fmt.Sprintf("%d handlers are running, and the store in memory has no room for more", limit), nil)
}

func (m *Memory) sweep(number int, now time.Duration) (swept int) {
	for key, row := range m.rows {
		if swept < number && row.keepUntil <= now {
			m.remove(key, row)
			swept++
		}
	}
	return swept
}

func (m *Memory) remove(key string, row *memoryRow) {
	if row.done != nil {
		m.done.Remove(row.done)
	}
	delete(m.rows, key)
}

func claimedBy(takeovers int) Claimed {
	if takeovers > 0 {
		return Claimed{Answer: Takeover}
	}
	return Claimed{Answer: First}
}
