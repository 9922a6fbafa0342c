package fetch

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"
)

// bomb is a few kilobytes that unfold to more than a document may have.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.Copy(w, io.LimitReader(endless{}, 4*MaxBody)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
