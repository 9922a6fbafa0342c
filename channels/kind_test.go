package channels

import (
	"reflect"
	"testing"
)

func TestRegistry(t *testing.T) {
	t.Parallel()
	r := Registry{{Name: "email", Summary: "mail"}, {Name: "webfeed"}}
	if k, ok := r.Lookup("email"); !ok || k.Summary != "mail" {
		t.Errorf("email: got %q, %t", k.Summary, ok)
	}
	for _, name := range []string{"", "Email", "fax"} {
		if k, ok := r.Lookup(name); ok || k.Name != "" {
			t.Errorf("%q: got %q, %t", name, k.Name, ok)
		}
	}
	if got := r.Names(); !reflect.DeepEqual(got, []string{"email", "webfeed"}) {
		t.Errorf("names: got %q", got)
	}
	if got := (Registry{}).Names(); len(got) != 0 {
		t.Errorf("names of none: got %q", got)
	}
}

func TestSettingErrorSaysKeyFaultAndRemedy(t *testing.T) {
	t.Parallel()
	err := &SettingError{Key: "port", Says: "70000 is no port", Try: "choose 1 to 65535"}
	if got := err.Error(); got != "port: 70000 is no port; choose 1 to 65535" {
		t.Errorf("got %q", got)
	}
}

func TestAssetImage(t *testing.T) {
	t.Parallel()
	if (Asset{MediaType: "application/pdf"}).Image() || !(Asset{Width: 1}).Image() {
		t.Error("an image is what has a width")
	}
}

// A fingerprint is stored with each approval and must be the same for ever.
func TestDestinationFingerprint(t *testing.T) {
	t.Parallel()
	base := Destination{Kind: "email", Endpoint: "smtp://mail.example:25", Account: "press", Sender: "press@example.org"}
	const want = "44446975f01fb1be9f2c099604b6b91ca3b0ed738b3ba338cb5e083ec5bfbf25"
	if got := base.Fingerprint(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	others := []Destination{
		{},
		{Kind: "email", Endpoint: "smtp://mail.example:25", Account: "press"},
		{Kind: "email", Endpoint: "smtp://mail.example:25", Account: "presspress@example.org"},
		{Kind: "emailsmtp://mail.example:25", Account: "press", Sender: "press@example.org"},
	}
	for _, other := range others {
		if other.Fingerprint() == want {
			t.Errorf("%+v has the same fingerprint", other)
		}
	}
}
