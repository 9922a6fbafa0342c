//go:build servers

package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// The account that test/servers/bluesky.sh makes.
const (
	serverHandle   = "caster.test"
	serverPassword = "pw-caster-1"
)

// real gives a channel at the server of the environment.
func real(t *testing.T, change ...func(*settings)) *Channel {
	t.Helper()
	address := os.Getenv("CLARION_BLUESKY")
	if address == "" {
		t.Skip("CLARION_BLUESKY is not set: NOTHING WAS TESTED against a Bluesky server; start test/servers/bluesky.sh and set it to its address")
	}
	return opened(t, address, serverHandle, serverPassword, change...)
}

// stored reads a record without the adapter.
func stored(t *testing.T, c *Channel, uri string) map[string]any {
	t.Helper()
	did, key := ref{URI: uri}.parts()
	res, err := http.Get(os.Getenv("CLARION_BLUESKY") + "/xrpc/com.atproto.repo.getRecord?" + url.Values{ //nolint:noctx // bounded by the test
		"repo": {did}, "collection": {collection}, "rkey": {key},
	}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct{ Value map[string]any }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Value
}

// count tells how many records the account has with a text.
func count(t *testing.T, c *Channel, text string) int {
	t.Helper()
	n, cursor := 0, ""
	for {
		res, err := http.Get(os.Getenv("CLARION_BLUESKY") + "/xrpc/com.atproto.repo.listRecords?" + url.Values{ //nolint:noctx // bounded by the test
			"repo": {serverHandle}, "collection": {collection}, "limit": {"100"}, "cursor": {cursor},
		}.Encode())
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Cursor  string
			Records []struct{ Value struct{ Text string } }
		}
		err = json.NewDecoder(res.Body).Decode(&page)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			if strings.Contains(r.Value.Text, text) {
				n++
			}
		}
		if cursor = page.Cursor; cursor == "" || len(page.Records) == 0 {
			return n
		}
	}
}

// unique makes a text that no other run has.
func unique(t *testing.T) string {
	return strings.ToLower(t.Name()) + "-" + newTID(time.Now(), t.Name(), 1)
}

// cutter forwards connections, and cuts a putRecord's where it is told to.
type cutter struct {
	listener net.Listener
	to       string
	phase    atomic.Int32
	cuts     atomic.Int32
}

// The phases in which a connection is cut.
const (
	cutNever  int32 = iota
	cutBefore       // nothing is forwarded
	cutAnswer       // the whole request is, and no answer
)

func newCutter(t *testing.T, to string) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &cutter{listener: listener, to: to}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go k.carry(conn)
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return k
}

func (k *cutter) carry(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	first := make([]byte, 64<<10)
	n, err := conn.Read(first)
	if err != nil {
		return
	}
	phase := cutNever
	if strings.Contains(string(first[:n]), "repo.putRecord") {
		phase = k.phase.Load()
	}
	if phase == cutBefore {
		k.cuts.Add(1)
		return
	}
	server, err := net.Dial("tcp", k.to)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	if _, err := server.Write(first[:n]); err != nil {
		return
	}
	if phase == cutAnswer {
		k.cuts.Add(1)
		_, _ = server.Read(first) // the server has done it once it answers
		return
	}
	go func() { _, _ = io.Copy(server, conn) }()
	_, _ = io.Copy(conn, server)
}

// onlyKeys gives a journal in which the keys are recorded and nothing else, as
// after a lost answer.
func onlyKeys(tb testing.TB, j *channeltest.Journal) *channeltest.Journal {
	tb.Helper()
	keys := channeltest.NewJournal()
	for _, name := range j.Steps() {
		if !strings.HasPrefix(name, "key/") {
			continue
		}
		value, _, _ := j.Done(context.Background(), name) // a journal in memory never fails
		_ = keys.Record(context.Background(), channels.Step{Name: name, Value: value})
	}
	return keys
}

// marksOf lists what the facets of a record mark, by its bytes, each with what
// it means.
func marksOf(tb testing.TB, record map[string]any) []string {
	tb.Helper()
	text := record["text"].(string)
	var marks []string
	facets, _ := record["facets"].([]any)
	for _, f := range facets {
		facet := f.(map[string]any)
		index := facet["index"].(map[string]any)
		feature := facet["features"].([]any)[0].(map[string]any)
		meaning := feature["uri"]
		for _, name := range []string{"did", "tag"} {
			if v, ok := feature[name]; ok {
				meaning = v
			}
		}
		marks = append(marks, fmt.Sprintf("%s %v", text[int(index["byteStart"].(float64)):int(index["byteEnd"].(float64))], meaning))
	}
	return marks
}

// loud is an image that makes a large file.
func loud(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(3, 4))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32()) | 1<<7*uint8(i%4/3) // any byte will do
	}
	return img
}

func jpegOf(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
