package commonmark

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// MaxAddress is the greatest length of a link's address, in bytes as it is
// written into an output.
const MaxAddress = 2_000

// linkTarget gives the address of a link as it is written into an output, or
// why it may not be.
func linkTarget(destination []byte) (string, error) {
	return target(string(util.URLEscape(destination, true)))
}

func autoLinkTarget(n *ast.AutoLink, source []byte) (string, error) {
	address := string(util.URLEscape(n.URL(source), false))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	return target(address)
}

// target passes addresses that mean the same wherever the text is read, and
// that run nothing.
func target(address string) (string, error) {
	if len(address) > MaxAddress {
		return "", fmt.Errorf("is longer than %d bytes", MaxAddress)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("is not a valid address")
	}
	switch strings.ToLower(u.Scheme) {
	case "https", "http":
		if u.Hostname() == "" {
			return "", errors.New("names no host")
		}
	case "mailto", "tel":
		if u.Opaque == "" {
			return "", errors.New("names no one")
		}
	case "":
		return "", errors.New("is not a whole address, so readers of mails and feeds cannot follow it")
	default:
		return "", fmt.Errorf("has the scheme %q", u.Scheme)
	}
	return address, nil
}
