package bluesky

import "clarion/channels"

// record is what one post says (lexicon app.bsky.feed.post).
type record struct {
	text      string
	facets    []facet
	page      *slice // where the link to the message's page stands, if it does
	images    []picture
	card      *card
	languages []string
	follows   bool // another post: of the thread, or the one that it answers
}

// card shows the message's page (lexicon app.bsky.embed.external).
type card struct{ title, description string }

// document writes the request that puts the record (com.atproto.repo.putRecord).
// The record key fills the slot of the idempotency key, which it is there.
func (r record) document(name, repo string) channels.Document {
	var b body
	b.raw(`{"repo":`)
	b.value(repo)
	b.raw(`,"collection":"` + collection + `","rkey":`)
	b.slot(channels.MessageID, "")
	b.raw(`,"swapRecord":null,"record":{"$type":"` + collection + `","text":`)
	b.value(r.text)
	r.writeFacets(&b)
	r.writeEmbed(&b)
	if len(r.languages) > 0 {
		b.raw(`,"langs":`)
		b.value(r.languages)
	}
	if r.follows {
		writeReply(&b)
	}
	b.raw(`,"createdAt":`)
	b.instant(channels.PublishedAt)
	b.raw(`}}`)
	return b.document(name)
}

func (r record) writeFacets(b *body) {
	if len(r.facets) == 0 && r.page == nil {
		return
	}
	b.raw(`,"facets":[`)
	for i, f := range r.facets {
		if i > 0 {
			b.raw(",")
		}
		b.value(f)
	}
	if r.page != nil {
		if len(r.facets) > 0 {
			b.raw(",")
		}
		b.raw(`{"index":`)
		b.value(r.page)
		b.raw(`,"features":[{"$type":"app.bsky.richtext.facet#link","uri":`)
		b.slot(channels.PageAddress, "")
		b.raw(`}]}`)
	}
	b.raw("]")
}

func (r record) writeEmbed(b *body) {
	switch {
	case len(r.images) > 0:
		b.raw(`,"embed":{"$type":"app.bsky.embed.images","images":[`)
		for i, p := range r.images {
			if i > 0 {
				b.raw(",")
			}
			p.write(b)
		}
		b.raw("]}")
	case r.card != nil:
		b.raw(`,"embed":{"$type":"app.bsky.embed.external","external":{"uri":`)
		b.slot(channels.PageAddress, "")
		b.raw(`,"title":`)
		b.value(r.card.title)
		b.raw(`,"description":`)
		b.value(r.card.description)
		b.raw("}}")
	}
}

// writeReply ties a post to the first of its thread and to the one before it,
// each by address and content hash.
func writeReply(b *body) {
	b.raw(`,"reply":{"root":{"uri":`)
	b.slot(channels.RootPost, "")
	b.raw(`,"cid":`)
	b.slot(channels.RootHash, "")
	b.raw(`},"parent":{"uri":`)
	b.slot(channels.ParentPost, "")
	b.raw(`,"cid":`)
	b.slot(channels.ParentHash, "")
	b.raw("}}")
}

// deletion writes the request that deletes one post
// (com.atproto.repo.deleteRecord).
func deletion(repo string) channels.Document {
	var b body
	b.raw(`{"repo":`)
	b.value(repo)
	b.raw(`,"collection":"` + collection + `","rkey":`)
	b.slot(channels.MessageID, "")
	b.raw(`}`)
	return b.document(deleteName)
}
