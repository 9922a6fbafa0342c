package webhook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clarion/channels"
	"clarion/channels/receiver"
)

// secretFile gives a reference to a file that holds a secret.
func secretFile(t *testing.T, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file:" + path
}

// keys lists the keys that an error finds fault with.
func keys(err error) []string {
	var list []string
	if e, ok := err.(*channels.SettingError); ok { //nolint:errorlint // the tree is walked here
		return []string{e.Key}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			list = append(list, keys(e)...)
		}
	}
	return list
}

func TestURL(t *testing.T) {
	t.Parallel()
	secret := "\nsecret = \"" + secretFile(t, secretA) + `"`
	for _, url := range []string{
		"https://intranet.example.org/hooks/clarion", "https://intranet.example.org", "https://[2001:db8::1]:8443/x",
		"http://localhost:9000/", "http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3/x", "http://192.168.1.1/", "http://[fd00::1]/",
	} {
		c, err := open(fmt.Sprintf("url = %q", url) + secret)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if c.Destination() != (channels.Destination{Kind: "webhook", Endpoint: url}) {
			t.Errorf("%s: got %+v", url, c.Destination())
		}
	}
	for _, url := range []string{
		"", "intranet.example.org", "//intranet.example.org/", "ftp://intranet.example.org/", "https://", "https://:443/", "https:///x",
		"https://intranet.example.org/%zz", "https://in tranet.example.org/", "HTTPS//x",
		"http://intranet.example.org/", "http://203.0.113.7/", "http://[2001:db8::1]/", "http://127.0.0.1.example.org/", "http://169.254.169.254/",
		"https://user:s3cret@intranet.example.org/", "https://user@intranet.example.org/", "https://intranet.example.org/?key=s3cret",
		"https://intranet.example.org/?", "https://intranet.example.org/#s3cret", "https://intranet.example.org/#",
	} {
		_, err := open(fmt.Sprintf("url = %q", url) + secret)
		if got := keys(err); len(got) != 1 || got[0] != "url" {
			t.Errorf("%q: got %v", url, err)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: the error shows it: %v", url, err)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	sized := func(n int) string {
		return receiver.Prefix + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", n)))
	}
	for secret, good := range map[string]bool{
		secretA: true, secretB: true, sized(receiver.MinKey - 1): false, sized(receiver.MinKey): true, sized(receiver.MaxKey): true, sized(receiver.MaxKey + 1): false,
		"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": false, "whsec_": false, "whsec_not base64 at all, this one": false,
		"whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": false, "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": false,
	} {
		_, err := open(fmt.Sprintf("url = \"https://h.example/\"\nsecret = %q", secretFile(t, secret)))
		switch got := keys(err); {
		case good != (err == nil):
			t.Errorf("%q: got %v", secret, err)
		case good:
		case len(got) != 1 || got[0] != "secret":
			t.Errorf("%q: got %v", secret, err)
		case len(secret) > len(receiver.Prefix) && strings.Contains(err.Error(), secret[len(receiver.Prefix):]):
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestListsOfSecrets(t *testing.T) {
	t.Parallel()
	good, bad := fmt.Sprintf("%q", secretFile(t, secretA)), fmt.Sprintf("%q", secretFile(t, "short"))
	list := func(n int, of string) string { return "secrets = [" + strings.Repeat(of+", ", n) + "]" }
	for text, want := range map[string][]string{
		"":                                {"secret"},
		"secrets = []":                    {"secret"},
		list(1, good):                     nil,
		list(receiver.MaxSecrets, good):   nil,
		list(receiver.MaxSecrets+1, good): {"secrets"},
		list(2, bad):                      {"secrets", "secrets"},
		"secret = " + good + "\n" + list(1, good): {"secrets"},
	} {
		_, err := open("url = \"https://h.example/\"\n" + text)
		if got := keys(err); fmt.Sprint(got) != fmt.Sprint(want) || (err == nil) != (want == nil) {
			t.Errorf("%s: got %v", text, err)
		}
	}
	if _, err := open("url = \"https://h.example/\"\nsecrets = [" + good + ", " + bad + "]"); err == nil || !strings.Contains(err.Error(), "number 2") {
		t.Errorf("got %v", err)
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := open("url = \"http://h.example/\"")
	if got := keys(err); fmt.Sprint(got) != "[url secret]" {
		t.Errorf("got %v", err)
	}
	broken := errors.New("unknown key")
	if _, err := newChannel(channels.Settings{Decode: func(any) error { return broken }}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
