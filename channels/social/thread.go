package social

import (
	"fmt"
	"strings"

	"clarion/channels"
)

// MaxPosts is how many posts a thread may have.
const MaxPosts = 25

// Thread says how a network counts and how long a post may be.
type Thread struct {
	Count func(text string) int
	Limit int
	Unit  string // "characters", as people read it
	// Last is what the end of the last post takes, such as a link with the gap
	// before it, by the network's count.
	Last int
}

// Split parts a text into posts. It breaks between paragraphs, then sentences,
// then words, and never within a word.
func (t Thread) Split(field, text string) ([]string, []channels.Problem) {
	if t.Count(text)+t.Last <= t.Limit {
		return []string{text}, nil
	}
	var posts []string
	for rest := text; rest != ""; {
		if t.Count(rest)+t.Last <= t.Limit {
			posts = append(posts, rest)
			break
		}
		head, tail := t.cut(rest)
		if head == "" {
			return nil, []channels.Problem{t.tooLong(field, rest)}
		}
		posts, rest = append(posts, head), tail
	}
	if len(posts) > MaxPosts {
		return nil, []channels.Problem{{
			Field: field, Says: fmt.Sprintf("the text makes a thread of %d posts, the limit is %d", len(posts), MaxPosts),
			Try: "write a shorter variant for this channel",
		}}
	}
	return posts, nil
}

func (t Thread) tooLong(field, rest string) channels.Problem {
	word, _, _ := strings.Cut(rest, " ")
	return channels.Problem{
		Field: field,
		Says:  fmt.Sprintf("one word has %d %s, a post has room for %d", t.Count(word), t.Unit, t.Limit),
		Try:   "write a variant for this channel with shorter words",
	}
}

// cut gives the longest beginning that fits into a post and ends well, and what
// follows it. There is something left for the last post, even if all of the
// text but the link would fit.
func (t Thread) cut(text string) (head, tail string) {
	for _, ends := range []func(string) []int{paragraphEnds, sentenceEnds, wordEnds} {
		all := ends(text)
		for i := len(all) - 1; i >= 0; i-- {
			head, tail = strings.TrimSpace(text[:all[i]]), strings.TrimSpace(text[all[i]:])
			if head != "" && tail != "" && t.Count(head) <= t.Limit {
				return head, tail
			}
		}
	}
	return "", text
}

func paragraphEnds(text string) []int { return indexAll(text, Gap) }

func sentenceEnds(text string) []int {
	var ends []int
	for i := 1; i < len(text); i++ {
		if (text[i] == ' ' || text[i] == '\n') && strings.IndexByte(".!?", text[i-1]) >= 0 {
			ends = append(ends, i)
		}
	}
	return ends
}

func wordEnds(text string) []int {
	var ends []int
	for i := range len(text) {
		if text[i] == ' ' || text[i] == '\n' || text[i] == '\t' {
			ends = append(ends, i)
		}
	}
	return ends
}

func indexAll(text, what string) []int {
	var at []int
	for from := 0; ; {
		i := strings.Index(text[from:], what)
		if i < 0 {
			return at
		}
		at = append(at, from+i)
		from += i + len(what)
	}
}
