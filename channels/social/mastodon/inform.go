package mastodon

import (
	"context"
	"net/http"
	"time"

	"clarion/channels"
)

// fresh is how long a server's description is believed.
const fresh = time.Hour

// Inform learns the server's limits.
func (c *Channel) Inform(ctx context.Context, _ channels.Post) (channels.Facts, error) {
	if facts := c.remember(nil); facts != nil {
		return facts, nil
	}
	said, err := c.describe(ctx)
	if err != nil {
		return nil, err
	}
	return c.remember(said.limits().marshal()), nil
}

// remember keeps new facts, and gives those that are fresh.
func (c *Channel) remember(facts channels.Facts) channels.Facts {
	c.mu.Lock()
	defer c.mu.Unlock()
	if facts != nil {
		c.facts, c.learned = facts, c.now()
	}
	if c.now().Sub(c.learned) < fresh {
		return c.facts
	}
	return nil
}

// describe asks for the second version of the description, or for the first
// where there is no second.
func (c *Channel) describe(ctx context.Context) (instance, error) {
	var said instance
	a, err := c.get(ctx, "/api/v2/instance", &said)
	if a.Status == http.StatusNotFound {
		said = instance{}
		_, err = c.get(ctx, "/api/v1/instance", &said)
	}
	return said, err
}
