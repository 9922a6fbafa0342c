package filedrop

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"clarion/channels"
	"clarion/channels/channeltest"
)

// TestConforms is all that a kind needs to run the conformance suite.
func TestConforms(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{
		New: func(tb testing.TB) (channels.Channel, channeltest.Destination) {
			to := &folder{tb: tb, path: filepath.Join(tb.TempDir(), "drop")}
			if err := os.Mkdir(to.path, 0o700); err != nil {
				tb.Fatal(err)
			}
			return open(tb, to.path), to
		},
	})
}

func open(tb testing.TB, path string) channels.Channel {
	c, err := New(channels.Settings{Decode: func(into any) error {
		into.(*Settings).Folder = path
		return nil
	}})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// folder is the destination: what has reached it are the files in it.
type folder struct {
	tb   testing.TB
	path string
	gone bool
}

func (f *folder) away() string { return f.path + ".away" }

func (f *folder) Requests() int {
	path := f.path
	if f.gone {
		path = f.away()
	}
	files, err := os.ReadDir(path)
	if err != nil {
		f.tb.Error(err)
	}
	return len(files)
}

// Fail takes the folder away, or its permissions. A file system has no other
// fault that a test can call up.
func (f *folder) Fail(fault channeltest.Fault) bool {
	switch {
	case fault == channeltest.Healthy && f.gone:
		f.gone = false
		f.try(os.Rename(f.away(), f.path))
	case fault == channeltest.Healthy:
		f.try(os.Chmod(f.path, 0o700))
	case fault == channeltest.Unreachable:
		f.gone = true
		f.try(os.Rename(f.path, f.away()))
	case fault == channeltest.Deny && os.Geteuid() != 0: // the superuser is denied nothing
		f.try(os.Chmod(f.path, 0o500))
	default:
		return false
	}
	return true
}

func (f *folder) try(err error) {
	if err != nil {
		f.tb.Error(err)
	}
}

func delivery(key string) channels.Delivery {
	r, _ := Channel{}.Render(channeltest.Post())
	return channels.Delivery{
		Key: key, Attempt: 1, Rendering: r, Values: channeltest.Values(key), Begin: func() error { return nil },
	}
}

func TestPublishWritesTheFileOnce(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	c := open(t, path)
	left := filepath.Join(path, ".k1.part") // by an attempt that was killed
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		receipt, err := c.Publish(t.Context(), delivery("k1"))
		if err != nil || receipt.RemoteID != "k1" {
			t.Fatalf("got %+v, %v", receipt, err)
		}
	}
	files, err := os.ReadDir(path)
	if err != nil || len(files) != 1 || files[0].Name() != "k1.txt" {
		t.Errorf("got %v, %v", files, err)
	}
	got, err := os.ReadFile(filepath.Join(path, "k1.txt"))
	want := "2027-05-01 08:00 UTC\nLibrary opens on Sundays\n\n" + channeltest.Post().Body +
		"\nhttps://news.example.org/news/library-opens-x7\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestPublishKeepsWhatTheFirstAttemptWrote(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	name := filepath.Join(path, "k1.txt")
	if err := os.WriteFile(name, []byte("first"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, path).Publish(t.Context(), delivery("k1")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "first" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPublishStaysInTheFolder(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	path := filepath.Join(parent, "drop")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, path).Publish(t.Context(), delivery("/../../escaped"))
	if e := channels.AsError(err); e == nil || e.Class != channels.Temporary {
		t.Errorf("got %v", err)
	}
	if files, err := os.ReadDir(parent); err != nil || len(files) != 1 {
		t.Errorf("beside the folder: %v, %v", files, err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	if _, err := open(t, path).(channels.Checker).Check(t.Context()); err != nil {
		t.Errorf("a folder: %v", err)
	}
	_, err := open(t, filepath.Join(path, "missing")).(channels.Checker).Check(t.Context())
	if e := channels.AsError(err); e == nil || e.Class != channels.Unavailable {
		t.Errorf("no folder: got %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "drop", "./drop"} {
		_, err := New(channels.Settings{Decode: func(into any) error {
			into.(*Settings).Folder = path
			return nil
		}})
		if e, ok := errors.AsType[*channels.SettingError](err); !ok || e.Key != "folder" {
			t.Errorf("%q: got %v", path, err)
		}
	}
	unknown := errors.New("unknown key")
	if _, err := New(channels.Settings{Decode: func(any) error { return unknown }}); !errors.Is(err, unknown) {
		t.Errorf("got %v", err)
	}
}

func TestRenderRefusesAPostWithoutTitle(t *testing.T) {
	t.Parallel()
	if _, problems := (Channel{}).Render(channels.Post{Body: "text", Title: " "}); len(problems) != 1 || problems[0].Field != "title" {
		t.Errorf("got %+v", problems)
	}
}
