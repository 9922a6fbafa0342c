package export

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
)

// Signatures are those of OpenSSH, so that `ssh-keygen -Y verify` checks them
// (PROTOCOL.sshsig of OpenSSH; Ed25519 as in RFC 8709).
const (
	keyType = "ssh-ed25519"
	magic   = "SSHSIG"
	head    = "-----BEGIN SSH SIGNATURE-----"
	foot    = "-----END SSH SIGNATURE-----"

	// Namespace keeps a signature of an export from counting as one of anything
	// else.
	Namespace = "clarion-ledger-export"
)

func appendString(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s))) //nolint:gosec // all are short
	return append(b, s...)
}

// wireKey is a public key as OpenSSH transfers it.
func wireKey(key ed25519.PublicKey) []byte {
	return appendString(appendString(nil, keyType), string(key))
}

// PublicLine is a public key as it stands in a file of OpenSSH.
func PublicLine(key ed25519.PublicKey) string {
	return keyType + " " + base64.StdEncoding.EncodeToString(wireKey(key)) + " clarion-ledger-export"
}

// Fingerprint is a public key's as `ssh-keygen -l` shows it.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(wireKey(key))
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

var errNoKey = errors.New("this is no Ed25519 public key as OpenSSH writes it")

// ParsePublic reads a public key's line.
func ParsePublic(line string) (ed25519.PublicKey, error) {
	fields := strings.Fields(line)
	if len(fields) < 2 || fields[0] != keyType {
		return nil, errNoKey
	}
	wire, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil || len(wire) < ed25519.PublicKeySize {
		return nil, errNoKey
	}
	key := ed25519.PublicKey(wire[len(wire)-ed25519.PublicKeySize:])
	if !bytes.Equal(wireKey(key), wire) {
		return nil, errNoKey
	}
	return key, nil
}

// signed is what a signature covers of a text.
func signed(text []byte) []byte {
	sum := sha512.Sum512(text)
	b := []byte(magic)
	for _, s := range []string{Namespace, "", "sha512", string(sum[:])} {
		b = appendString(b, s)
	}
	return b
}

// envelope is a signature with the key that made it.
func envelope(key ed25519.PublicKey, signature []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte(magic), 1)
	for _, s := range []string{string(wireKey(key)), Namespace, "", "sha512", string(appendString(appendString(nil, keyType), string(signature)))} {
		b = appendString(b, s)
	}
	return b
}

// textOf writes a signature as text.
func textOf(envelope []byte) []byte {
	encoded := base64.StdEncoding.EncodeToString(envelope)
	var b strings.Builder
	b.WriteString(head + "\n")
	for ; len(encoded) > 70; encoded = encoded[70:] {
		b.WriteString(encoded[:70] + "\n")
	}
	b.WriteString(encoded + "\n" + foot + "\n")
	return []byte(b.String())
}

// Sign signs a text.
func Sign(key ed25519.PrivateKey, text []byte) []byte {
	public, _ := key.Public().(ed25519.PublicKey)
	return textOf(envelope(public, ed25519.Sign(key, signed(text))))
}

// Verify reports whether a signature is, byte for byte, one that the holder of
// a key made of a text for an export.
func Verify(key ed25519.PublicKey, text, signature []byte) bool {
	inner, _ := strings.CutPrefix(string(signature), head+"\n")
	inner, _ = strings.CutSuffix(inner, foot+"\n")
	b, err := base64.StdEncoding.DecodeString(inner) // it passes over line breaks
	if err != nil || len(b) < ed25519.SignatureSize || len(key) != ed25519.PublicKeySize {
		return false
	}
	raw := b[len(b)-ed25519.SignatureSize:]
	return bytes.Equal(signature, textOf(envelope(key, raw))) && ed25519.Verify(key, signed(text), raw)
}
