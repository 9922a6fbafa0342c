package social

import (
	"fmt"
	"sort"
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

// Split parts a text into posts. It breaks between paragraphs where that fills
// half a post, then between sentences, then words, and never within a word or
// an address. Where words have no space between them, as in Chinese, it breaks
// between characters (UAX #14).
func (t Thread) Split(field, text string) ([]string, []channels.Problem) {
	whole := t.Count(text)
	if whole+t.Last <= t.Limit {
		return []string{text}, nil
	}
	if t.Limit < 1 || whole/t.Limit > 2*MaxPosts { // white space between posts goes, but not half of a text
		return nil, []channels.Problem{t.tooMany(field, whole)}
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
		return nil, []channels.Problem{t.tooMany(field, whole)}
	}
	return posts, nil
}

func (t Thread) tooMany(field string, whole int) channels.Problem {
	return channels.Problem{
		Field: field,
		Says:  fmt.Sprintf("the text has %d %s, more than a thread of %d posts of %d can hold", whole, t.Unit, MaxPosts, t.Limit),
		Try:   "write a shorter variant for this channel",
	}
}

func (t Thread) tooLong(field, rest string) channels.Problem {
	word := strings.Fields(rest)[0]
	room := t.Limit
	if t.Count(word) <= room {
		room -= t.Last
	}
	return channels.Problem{
		Field: field,
		Says:  fmt.Sprintf("one word has %d %s, a post has room for %d", t.Count(word), t.Unit, max(room, 0)),
		Try:   "write a variant for this channel with shorter words",
	}
}

// cut gives the longest beginning that fits into a post and ends well, and what
// follows it. There is something left for the last post, even if all of the
// text but the link would fit.
func (t Thread) cut(text string) (head, tail string) {
	words := wordEnds(text)
	longest := 0
	for _, ends := range [][]int{paragraphEnds(text), sentenceEnds(text, words), words} {
		longest = max(longest, t.farthest(text, ends))
		if t.Count(text[:longest]) >= t.Limit/2 {
			break
		}
	}
	return strings.TrimSpace(text[:longest]), strings.TrimSpace(text[longest:])
}

// farthest gives the last of some ends in rising order that fits into a post
// and leaves something behind; 0 if none does.
func (t Thread) farthest(text string, ends []int) int {
	fits := func(end int) bool { return t.Count(strings.TrimSpace(text[:end])) <= t.Limit }
	// A longer beginning counts more, but for oddities that the loop steps over.
	for i := sort.Search(len(ends), func(i int) bool { return !fits(ends[i]) }) - 1; i >= 0; i-- {
		end := ends[i]
		if fits(end) && strings.TrimSpace(text[:end]) != "" && strings.TrimSpace(text[end:]) != "" {
			return end
		}
	}
	return 0
}
