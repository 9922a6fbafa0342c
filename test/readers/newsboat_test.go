//go:build servers

package readers

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNewsboat checks the feed by its schema at each stage as well, by the
// script that anybody can check a feed with.
func TestNewsboat(t *testing.T) {
	for _, file := range []string{"public.atom", "all.rss"} {
		t.Run(file, func(t *testing.T) { follow(t, newsboat, file) })
	}
}

const script = "../servers/feed-check.sh"

func newsboat(t *testing.T, feed string) reader {
	t.Helper()
	dir := t.TempDir()
	return func(t *testing.T) []seen {
		t.Helper()
		checkFeed(t, feed, dir)
		cmd := exec.CommandContext(t.Context(), "sqlite3", "-json", filepath.Join(dir, "cache.db"), "SELECT title, guid, content FROM rss_item WHERE deleted = 0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("read what newsboat stored: %v", err)
		}
		var rows []struct{ Title, GUID, Content string }
		if err := json.Unmarshal(out, &rows); err != nil {
			t.Fatalf("read what newsboat stored: %v: %s", err, out)
		}
		var all []seen
		for _, r := range rows {
			all = append(all, seen{r.Title, r.GUID, r.Content})
		}
		return all
	}
}

// checkFeed runs the script, which lets newsboat look again. Exit code 77 means
// that it can't run on this machine.
func checkFeed(t *testing.T, feed, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", script, feed, dir)
	cmd.Env = append(os.Environ(), "SMTP=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return
	}
	if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == 77 {
		t.Skipf("NEWSBOAT CAN'T BE HAD, nothing was tried: %s", out)
	}
	t.Fatalf("check %s: %v\n%s", feed, err, out)
}

// TestJSONFeedIsSound checks the format that newsboat does not read.
func TestJSONFeedIsSound(t *testing.T) {
	t.Parallel()
	n := open(t)
	original := n.publish(first())
	dir := t.TempDir()
	checkFeed(t, n.base+"/feeds/all.json", dir)
	for _, s := range stages() {
		n.publish(s.publish(n, original.ID))
		checkFeed(t, n.base+"/feeds/all.json", dir)
	}
}
