package people

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// TOTP as every authenticator knows it (RFC 6238): 30 seconds, 6 digits,
// SHA-1, one step of drift either way.
const (
	totpStep   = 30 * time.Second
	totpDrift  = 1
	totpDigits = 6
)

// NewFactor makes the secret of a second factor, and the address that an
// authenticator reads as a QR code.
func NewFactor(office, name string) (secret, address string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: office, AccountName: name, Period: uint(totpStep / time.Second), SecretSize: 20})
	if err != nil {
		return "", "", fmt.Errorf("make a second factor: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// MatchFactor gives the step that a code is of, and whether it is one that may
// be used: each counts once, so it must lie after the last one used.
func MatchFactor(code, secret string, last int64, now time.Time) (step int64, ok bool) {
	code = strings.ReplaceAll(code, " ", "")
	for drift := -totpDrift; drift <= totpDrift; drift++ {
		at := now.Add(time.Duration(drift) * totpStep)
		step := at.Unix() / int64(totpStep/time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: uint(totpStep / time.Second), Digits: otp.DigitsSix})
		if err == nil && len(code) == totpDigits && subtle.ConstantTimeCompare([]byte(code), []byte(want)) == 1 && step > last {
			return step, true
		}
	}
	return 0, false
}

// RecoveryCodes is how many codes are given out at once.
const RecoveryCodes = 10

// NewRecoveryCodes makes codes of 65 bits that each count once, in place of a
// second factor. They are shown once and stored hashed.
func NewRecoveryCodes() []string {
	codes := make([]string, RecoveryCodes)
	for i := range codes {
		text := strings.ToLower(rand.Text())
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:13]
	}
	return codes
}

// HashRecoveryCode gives what is stored of a code, however it was typed. It has
// so many bits that no slow hash is needed.
func HashRecoveryCode(code string) string {
	code = strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
	sum := sha256.Sum256([]byte("clarion/recovery/1\n" + code))
	return hex.EncodeToString(sum[:])
}
