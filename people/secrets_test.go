package people

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	good := "violin tundra magnet soup"
	for password, says := range map[string]string{
		good:                            "",
		good[:MinPassword]:              "",
		good[:MinPassword-1]:            "it takes 15",
		"ŷŵâ teapot onward":             "",
		"passwordpassword":              "easy to guess",
		"111111111111111111111":         "easy to guess",
		"ada.okoro ada okoro":           "easy to guess",
		strings.Repeat("violin t.", 15): "the limit is 128",
		"abc\xff violin tundra magnet":  "no text",
	} {
		d := CheckPassword(password, "Ada Okoro", "Department for Rivers and Coasts")
		if says == "" && d != nil || says != "" && (d == nil || !strings.Contains(d.Says, says) || d.Try == "") {
			t.Errorf("%q: got %v, want %q", password, d, says)
		}
		if d != nil && strings.Contains(d.Error(), password) {
			t.Errorf("%v shows the password", d)
		}
	}
}

func TestPasswordMatches(t *testing.T) {
	t.Parallel()
	hash, err := HashPassword("violin tundra magn\u00e9t")
	if err != nil || strings.Contains(hash, "violin") {
		t.Fatal(hash, err)
	}
	for password, want := range map[string]bool{
		"violin tundra magn\u00e9t": true, "violin tundra magne\u0301t": true, "violin tundra magnet": false, "": false, strings.Repeat("x", 1<<20): false,
	} {
		if PasswordMatches(password, hash) != want {
			t.Errorf("%.30q: matches is %v", password, !want)
		}
	}
	for _, broken := range []string{NoPassword, "", "violin tundra magnet", "$argon2id$v=19$m=1$"} {
		if PasswordMatches("", broken) || PasswordMatches(broken, broken) {
			t.Errorf("%q matches", broken)
		}
	}
}

func TestAFactorCountsOnce(t *testing.T) {
	t.Parallel()
	secret, address, err := NewFactor("Rivers & Coasts", "ada")
	if err != nil || !strings.HasPrefix(address, "otpauth://totp/") || !strings.Contains(address, secret) {
		t.Fatal(address, err)
	}
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(secret, at)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for drift, want := range map[time.Duration]bool{
		-61 * time.Second: false, -30 * time.Second: true, 0: true, 30 * time.Second: true, 61 * time.Second: false,
	} {
		at := noon.Add(drift)
		step, ok := MatchFactor(code(at), secret, 0, noon)
		if ok != want || ok && step != at.Unix()/30 {
			t.Errorf("a code of %s: %v, step %d", drift, ok, step)
		}
		if _, again := MatchFactor(code(at), secret, step, noon); ok && again {
			t.Errorf("a code of %s counts twice", drift)
		}
	}
	now := code(noon)
	if _, ok := MatchFactor(now[:3]+" "+now[3:], secret, 0, noon); !ok {
		t.Error("a space within is refused")
	}
	for _, bad := range []string{"", "000", now + "0", "abcdef"} {
		if _, ok := MatchFactor(bad, secret, 0, noon); ok {
			t.Errorf("%q matches", bad)
		}
	}
	if _, ok := MatchFactor("", "", 0, noon); ok {
		t.Error("nothing matches nothing")
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	codes, seen := NewRecoveryCodes(), map[string]bool{}
	for _, c := range codes {
		hash := HashRecoveryCode(c)
		if seen[hash] || len(c) != 15 || hash != HashRecoveryCode(" "+strings.ToUpper(strings.ReplaceAll(c, "-", " "))) {
			t.Errorf("code %q", c)
		}
		seen[hash] = true
	}
	if len(codes) != RecoveryCodes {
		t.Errorf("%d codes", len(codes))
	}
}

func TestTokenSecrets(t *testing.T) {
	t.Parallel()
	live, test := NewTokenSecret(false), NewTokenSecret(true)
	if !IsToken(live) || !IsToken(test) || IsToken("clarion") || live == NewTokenSecret(false) || !strings.HasPrefix(test, testPrefix) {
		t.Errorf("secrets %q and %q", live, test)
	}
	if HashToken(live) == HashToken(test) || strings.Contains(HashToken(live), live) {
		t.Error("hashes")
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	at := func(account, address int) time.Duration {
		return Attempts{Account: account, Address: address, LastAccount: noon, LastAddress: noon}.Wait(noon)
	}
	for _, test := range []struct {
		account, address int
		want             time.Duration
	}{
		{0, 0, 0}, {freeAttempts - 1, freeFromAddress - 1, 0}, {freeAttempts, 0, firstWait}, {freeAttempts + 1, 0, 2 * firstWait},
		{0, freeFromAddress, firstWait}, {1000, 0, longestWait}, {0, 1 << 40, longestWait}, {freeAttempts, 1000, longestWait},
	} {
		if got := at(test.account, test.address); got != test.want {
			t.Errorf("%d of the account, %d from the address: wait %s, want %s", test.account, test.address, got, test.want)
		}
	}
	past := Attempts{Account: 1000, LastAccount: noon.Add(-longestWait)}
	if got := past.Wait(noon); got != 0 {
		t.Errorf("after the wait: %s", got)
	}
}
