package web

import (
	"context"
	"time"
)

// media finds an asset of something published. Whatever it is, it runs nothing
// if it is opened by itself; what is not an image is saved, not shown.
func (p *Public) media(ctx context.Context, sum string) (*representation, error) {
	content, mediaType, err := p.settings.Reader.PublicAsset(ctx, sum)
	if err != nil {
		return nil, err
	}
	rep := newRepresentation(mediaType, content, time.Time{})
	rep.header = map[string]string{"Content-Security-Policy": policyFile, crossOrigin: anySite}
	if !isShown(mediaType) {
		rep.header["Content-Disposition"] = "attachment"
	}
	return rep, nil
}

// isShown reports whether browsers may show a type in place: images that can
// hold no script.
func isShown(mediaType string) bool {
	switch mediaType {
	case "image/png", "image/jpeg", "image/gif":
		return true
	}
	return false
}
