package email

import (
	"sync"
	"weak"

	"clarion/channels"
)

// cache shares prepared mails among the sessions of a channel, so that an
// attachment is encoded and held once. It keeps none alive: a mail goes when
// the last session that uses it turns to another.
type cache struct {
	mu    sync.Mutex
	mails map[key]weak.Pointer[prepared]
}

func newCache() *cache { return &cache{mails: map[key]weak.Pointer[prepared]{}} }

// key is all that a prepared mail depends on: the rendering, and the values
// that all its recipients share. Two messages may have equal renderings.
type key struct {
	digest                         string
	published, updated, occurrence int64 // seconds since 1970
	zone, page, entry, parent      string
	assetBase                      string
}

func keyOf(d channels.Delivery) key {
	v := d.Values
	return key{
		digest:    d.Digest,
		published: v.PublishedAt.Unix(), updated: v.UpdatedAt.Unix(), occurrence: v.OccurrenceDate.Unix(),
		zone: v.Zone.String(), page: v.PageAddress, entry: v.EntryID, parent: v.ParentPost,
		assetBase: v.AssetBase,
	}
}

// get finds or prepares a mail. It holds the lock meanwhile, so that sessions
// that start together prepare it once.
func (c *cache) get(k key, d channels.Delivery) (*prepared, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.mails[k].Value(); p != nil {
		return p, nil
	}
	p, err := prepare(d.Rendering, d.Values)
	if err != nil {
		return nil, err
	}
	c.sweep()
	c.mails[k] = weak.Make(p)
	return p, nil
}

func (c *cache) sweep() {
	for k, p := range c.mails {
		if p.Value() == nil {
			delete(c.mails, k)
		}
	}
}
