package commonmark

import (
	"errors"
	"net/url"
	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"clarion/channels"
)

// asset finds the image asset that a reference names, or says why there is
// none.
func (d document) asset(n *ast.Image) (channels.Asset, error) {
	name := string(n.Destination)
	decoded, err := url.PathUnescape(string(util.URLEscape(n.Destination, true)))
	if err != nil {
		decoded = name
	}
	i := slices.IndexFunc(d.assets, func(a channels.Asset) bool { return a.Name == name || a.Name == decoded })
	switch {
	case i < 0 && remote(decoded):
		return channels.Asset{}, errors.New("lies elsewhere on the network")
	case i < 0:
		return channels.Asset{}, errors.New("is no asset of this message")
	case !d.assets[i].Image():
		return channels.Asset{}, errors.New("is an attachment and no image")
	}
	return d.assets[i], nil
}

func remote(name string) bool {
	u, err := url.Parse(name)
	return err != nil || u.Scheme != "" || u.Host != ""
}

// alt is the description of an image: the reference's own, or the asset's.
func (d document) alt(n *ast.Image) string {
	if own := d.inlines(n); own != "" {
		return own
	}
	asset, err := d.asset(n)
	if err != nil {
		return ""
	}
	return asset.Alt
}
