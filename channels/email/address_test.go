package email

import (
	"fmt"
	"strings"
	"testing"

	"clarion/channels"
)

// TestReasonsHoldNoAddress: whatever a relay repeats, at whatever step.
func TestReasonsHoldNoAddress(t *testing.T) {
	t.Parallel()
	const address = "Ada.Lovelace+News@Example.com"
	for _, verb := range []string{"MAIL", "RCPT", "DATA", "DOT"} {
		for _, words := range []string{
			"<%s>: Recipient address rejected", "no mailbox for %s, sorry", "user ada.lovelace+news unknown",
			"to=<%s>,relay=none", "see https://example.net/?to=ada.lovelace%%2bnews%%40example.com", "ADA.LOVELACE+NEWS@EXAMPLE.COM%s",
			"one\x01%s\x7ftwo", "rcpt ada.lovelace+2Bnews+40example.com",
		} {
			if strings.Contains(words, "%s") {
				words = fmt.Sprintf(words, address)
			}
			for _, code := range []string{"450 ", "550 ", "550-x\r\n550 "} {
				r := startRelay(t, map[string]string{verb: code + words})
				ch := open(t, base(r.addr))
				_, err := ch.Publish(deadline(t), delivery(rendered(t, ch, plain()), address))
				if err == nil || strings.Contains(strings.ToLower(err.Error()), "lovelace") {
					t.Errorf("%s %s%s: %v", verb, code, words, err)
				}
			}
		}
	}
}

// TestHostileAddresses: nothing is written for an address that could end a
// command or a header.
func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	s := connect(t, ch)
	d := delivery(rendered(t, ch, plain()), "")
	d.Begin = func() error { t.Error("an attempt began"); return nil }
	for _, address := range []string{
		"", "ada", "@example.com", "ada@", "ada@example.com\r\nRCPT TO:<eve@example.com>", "ada@example.com\n", "a da@example.com",
		"ada@example.com>", "<ada@example.com", "ada@exam\x00ple.com", "ada@exam\u0085ple.com", "ada@exam\u2028ple.com", "ada@example.com,eve@example.com",
		`"ada eve"@example.com`, "ada(eve)@example.com", "eve@example.com@example.com", "ada@exa\xffmple.com",
		strings.Repeat("a", 65) + "@example.com", "ada@" + strings.Repeat("e", 251),
	} {
		d.Values.RecipientAddress = address
		_, err := s.Publish(deadline(t), d)
		if got := channels.AsError(err); got == nil || got.Class != channels.Permanent {
			t.Errorf("%q: got %v, want permanent", address, err)
		} else if address != "" && strings.Contains(got.Error(), address) {
			t.Errorf("%q: the reason repeats the address: %v", address, got)
		}
	}
	if n := len(r.heard("MAIL")) + len(r.heard("RCPT")); n != 0 {
		t.Errorf("%d commands were written", n)
	}
}

func TestHostileValues(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	s := connect(t, ch)
	for name, spoil := range map[string]func(*channels.Values){
		"id with a line":   func(v *channels.Values) { v.MessageID = "a\r\nBcc: eve@example.com" },
		"id with bracket":  func(v *channels.Values) { v.MessageID = "a>b" },
		"link with a line": func(v *channels.Values) { v.UnsubscribeLink = "https://example.org/\r\nX: y" },
		"no link":          func(v *channels.Values) { v.UnsubscribeLink = "" },
		"long link":        func(v *channels.Values) { v.UnsubscribeLink = "https://" + strings.Repeat("x", maxLink) },
		"no id":            func(v *channels.Values) { v.MessageID = "" },
	} {
		d := delivery(rendered(t, ch, plain()), "ada@example.com")
		spoil(&d.Values)
		if _, err := s.Publish(deadline(t), d); channels.AsError(err).Class != channels.Permanent {
			t.Errorf("%s: got %v, want permanent", name, err)
		}
	}
	if n := len(r.heard("MAIL")); n != 0 {
		t.Errorf("%d envelopes were begun", n)
	}
}

func TestLimitsOfAddresses(t *testing.T) {
	t.Parallel()
	local := strings.Repeat("a", maxLocal)
	whole := "ada@" + strings.Repeat("e", maxAddress-4)
	for address, good := range map[string]bool{
		local + "@example.com": true, local + "a@example.com": false,
		whole: true, whole + "e": false, "ada@ééé.example": true,
	} {
		if err := checkAddress(address); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestAddressBeyondASCII(t *testing.T) {
	t.Parallel()
	r := startRelay(t, nil)
	ch := open(t, base(r.addr))
	d := delivery(rendered(t, ch, plain()), "siân@example.com")
	if _, err := ch.Publish(deadline(t), d); err != nil {
		t.Fatal(err)
	}
	if got := r.heard("MAIL")[0]; !strings.HasSuffix(got, " SMTPUTF8 BODY=8BITMIME") {
		t.Errorf("MAIL is %q", got)
	}
	if !strings.Contains(r.mail(t), "<siân@example.com>") {
		t.Error("the mail's To lacks the address")
	}
	r = startRelay(t, nil, func(r *relay) { r.offers = []string{"PIPELINING"} })
	_, err := open(t, base(r.addr)).Publish(deadline(t), d)
	if channels.AsError(err).Class != channels.Permanent || len(r.heard("MAIL")) != 0 {
		t.Errorf("a relay without SMTPUTF8: %v, %q", err, r.heard("MAIL"))
	}
}
