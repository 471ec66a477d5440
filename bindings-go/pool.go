package hookseal

import (
	"runtime"
	"sync"
)

// pool keeps the instances of a verifier: as many as goroutines have needed at the same time, and no more than can run
// at the same time. A call is over in microseconds, so that waiting for an instance costs less than another instance.
type pool struct {
	config *config
	limit  int

	mutex sync.Mutex
	freed sync.Cond
	idle  []*instance
	made  int
}

func newPool(config *config, first *instance) *pool {
	p := &pool{config: config, limit: max(runtime.GOMAXPROCS(0), 1), idle: []*instance{first}, made: 1}
	p.freed.L = &p.mutex
	return p
}

// get returns an instance that nobody else has.
func (p *pool) get() (*instance, *Error) {
	p.mutex.Lock()
	for len(p.idle) == 0 && p.made >= p.limit {
		p.freed.Wait()
	}
	if last := len(p.idle) - 1; last >= 0 {
		// The one that was used last is the one that the processor's caches have.
		i := p.idle[last]
		p.idle[last] = nil
		p.idle = p.idle[:last]
		p.mutex.Unlock()
		return i, nil
	}
	p.made++
	p.mutex.Unlock()
	i, _, err := newInstance(p.config)
	if err != nil {
		p.drop()
	}
	return i, err
}

// put returns an instance. One that stopped in a call is wiped and thrown away, and so is one that a large body has made large.
func (p *pool) put(i *instance) {
	if i.broken || len(i.memory()) > maxKept {
		i.close()
		p.drop()
		return
	}
	p.mutex.Lock()
	p.idle = append(p.idle, i)
	p.mutex.Unlock()
	p.freed.Signal()
}

func (p *pool) drop() {
	p.mutex.Lock()
	p.made--
	p.mutex.Unlock()
	p.freed.Signal()
}

// with calls a function with an instance. A panic in it is the returned error.
func (p *pool) with(call func(*instance) *Error) (err *Error) {
	i, err := p.get()
	if err != nil {
		return err
	}
	defer func() {
		if cause := recover(); cause != nil {
			i.broken = true
			err = stopped(cause)
		}
		p.put(i)
	}()
	return call(i)
}
