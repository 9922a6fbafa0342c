package mastodon

import (
	"slices"
	"strings"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

func TestEdit(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	original := delivery(rendered(t, c, pictured()))
	if _, err := c.Publish(t.Context(), original); err != nil {
		t.Fatal(err)
	}
	to.lines()
	d := delivery(rendered(t, c, goldens()["edit"]))
	d.Journal = journalOf(original).Following()
	receipt, err := c.Publish(t.Context(), d)
	if err != nil || receipt.RemoteID != "100" || receipt.Detail != "edited 1 post" {
		t.Fatalf("%+v %v", receipt, err)
	}
	seen := to.requests()
	if len(seen) != 1 || seen[0].line != "PUT /api/v1/statuses/100" || !strings.Contains(seen[0].body, `"media_attributes":[{"id":"m1"`) {
		t.Errorf("%+v", seen)
	}
	// A new image is uploaded, and an original that is gone is said to be.
	d = delivery(rendered(t, c, goldens()["edit"]))
	bare := channeltest.NewJournal()
	_ = bare.Record(t.Context(), channels.Step{Name: "post/1", Value: "99 https://m.example/99"})
	d.Journal = bare.Following()
	if _, err := c.Publish(t.Context(), d); classOf(err) != channels.Permanent || !strings.Contains(err.Error(), "no longer there") {
		t.Errorf("%v", err)
	}
	if lines := to.lines(); !slices.Equal(lines, []string{mediaLine, "PUT /api/v1/statuses/99"}) {
		t.Errorf("%q", lines)
	}
}

func TestReplyAndDelete(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	original := delivery(rendered(t, c, threaded()))
	if _, err := c.Publish(t.Context(), original); err != nil {
		t.Fatal(err)
	}
	to.lines()
	reply := delivery(rendered(t, c, goldens()["reply"]))
	reply.Journal = journalOf(original).Following()
	if receipt, err := c.Publish(t.Context(), reply); err != nil || receipt.RemoteID != "103" {
		t.Fatalf("%+v %v", receipt, err)
	}
	if seen := to.requests(); !strings.Contains(seen[0].body, `"in_reply_to_id":"102"`) || !strings.Contains(seen[1].body, `"in_reply_to_id":"103"`) {
		t.Errorf("%+v", seen)
	}
	r := rendered(t, c, channels.Post{Action: channels.Delete, OriginalPosts: 3})
	remove := delivery(r)
	remove.Journal = journalOf(original).Following()
	to.mu.Lock()
	to.posts = slices.Delete(to.posts, 1, 2) // someone was faster
	to.mu.Unlock()
	receipt, err := c.Publish(t.Context(), remove)
	if err != nil || receipt.RemoteID != "100" || receipt.Detail != "deleted 3 posts" {
		t.Errorf("%+v %v", receipt, err)
	}
	if lines := to.lines(); !slices.Equal(lines, []string{"DELETE /api/v1/statuses/100", "DELETE /api/v1/statuses/101", "GET /api/v1/statuses/101", "DELETE /api/v1/statuses/102"}) {
		t.Errorf("%q", lines)
	}
	for status, want := range map[int]channels.Class{404: channels.Unavailable, 200: channels.Unknown, 500: channels.Unknown, 401: channels.Unavailable, 429: channels.RateLimited} {
		remove := delivery(r)
		remove.Journal = journalOf(original).Following()
		to.script("DELETE /api/v1/statuses/100", answer{status: status, body: "<html>"})
		if _, err := c.Publish(t.Context(), remove); classOf(err) != want {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
	}
}

// A server also finds nothing to delete if the post is of another account.
func TestDeleteOfAnotherAccount(t *testing.T) {
	to := newFake(t)
	c := open(t, to.URL, "")
	original := delivery(rendered(t, c, channeltest.Post()))
	if _, err := c.Publish(t.Context(), original); err != nil {
		t.Fatal(err)
	}
	remove := delivery(rendered(t, c, channels.Post{Action: channels.Delete, OriginalPosts: 1}))
	remove.Journal = journalOf(original).Following()
	for _, look := range []answer{{}, {status: 500}} {
		to.script("DELETE /api/v1/statuses/100", answer{status: 404, body: `{"error":"Record not found"}`})
		if look.status != 0 {
			to.script("GET /api/v1/statuses/100", look)
		}
		if _, err := c.Publish(t.Context(), remove); classOf(err) != channels.Temporary {
			t.Errorf("%v", err)
		}
	}
}
