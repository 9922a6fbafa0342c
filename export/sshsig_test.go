package export

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func testKey(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}

func public(key ed25519.PrivateKey) ed25519.PublicKey {
	p, _ := key.Public().(ed25519.PublicKey)
	return p
}

// No byte of a signature, a text or a key can be another.
func TestSignature(t *testing.T) {
	t.Parallel()
	key, text := testKey(1), []byte("a manifest")
	signature := Sign(key, text)
	if !Verify(public(key), text, signature) {
		t.Fatal("a signature does not verify")
	}
	for i := range signature {
		changed := bytes.Clone(signature)
		changed[i] ^= 1
		if Verify(public(key), text, changed) {
			t.Errorf("byte %d of the signature was flipped", i)
		}
		if Verify(public(key), text, append(signature[:i:i], signature[i+1:]...)) {
			t.Errorf("byte %d of the signature was cut out", i)
		}
	}
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		if Verify(public(key), changed, signature) {
			t.Errorf("byte %d of the text was flipped", i)
		}
	}
	if Verify(public(testKey(2)), text, signature) || Verify(public(key), text, Sign(testKey(2), text)) || Verify(nil, text, signature) {
		t.Error("a signature of another key verifies")
	}
}

func TestPublicLines(t *testing.T) {
	t.Parallel()
	key := public(testKey(1))
	for _, line := range []string{PublicLine(key), PublicLine(key) + "\n", strings.TrimSuffix(PublicLine(key), " clarion-ledger-export")} {
		if got, err := ParsePublic(line); err != nil || !got.Equal(key) {
			t.Errorf("%q: %v", line, err)
		}
	}
	for _, line := range []string{"", "ssh-ed25519", "ssh-rsa AAAA", "ssh-ed25519 !", "ssh-ed25519 AAAA", strings.Replace(PublicLine(key), "AAAA", "AAAB", 1)} {
		if _, err := ParsePublic(line); err == nil {
			t.Errorf("%q is taken for a key", line)
		}
	}
}

// OpenSSH believes our signatures, and our fingerprints are its own.
func TestOpenSSHVerifies(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("there is no ssh-keygen on this machine")
	}
	dir, key, text := t.TempDir(), testKey(1), []byte("a manifest")
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pub := write("key.pub", []byte(PublicLine(public(key))+"\n"))
	out, err := exec.Command(tool, "-l", "-f", pub).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte(Fingerprint(public(key)))) {
		t.Errorf("ssh-keygen -l: %v\n%s", err, out)
	}
	allowed := write("allowed", []byte("office "+PublicLine(public(key))+"\n"))
	signature := write("sig", Sign(key, text))
	verify := func(text []byte) error {
		cmd := exec.Command(tool, "-Y", "verify", "-f", allowed, "-I", "office", "-n", Namespace, "-s", signature)
		cmd.Stdin = bytes.NewReader(text)
		return cmd.Run()
	}
	if err := verify(text); err != nil {
		t.Errorf("ssh-keygen -Y verify: %v", err)
	}
	if verify([]byte("another")) == nil {
		t.Error("ssh-keygen takes the signature for one of another text")
	}
}
