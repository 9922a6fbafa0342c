package upload

import (
	"bytes"
	"encoding/binary"
)

// Markers of JPEG (ITU-T T.81 table B.1).
const (
	markerSOI  = 0xD8
	markerEOI  = 0xD9
	markerSOS  = 0xDA
	markerRST0 = 0xD0
	markerTEM  = 0x01
	markerAPP0 = 0xE0
	markerCOM  = 0xFE
)

// stripJPEG keeps what decoders need: the picture, its colours, and which side
// is up. Exif, XMP, IPTC, comments and previews go, and what follows the end.
func stripJPEG(in []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(in)), 0xFF, markerSOI)
	for at := 2; ; {
		marker, body, next, ok := jpegSegment(in, at)
		switch {
		case !ok:
			return nil, cutShort()
		case marker == markerEOI:
			return append(out, 0xFF, markerEOI), nil
		case body == nil: // it stands alone
			out = append(out, 0xFF, marker)
		default:
			out = appendSegment(out, marker, keptOfJPEG(marker, body))
		}
		if marker == markerSOS {
			end := scanEnd(in, next)
			out = append(out, in[next:end]...)
			next = end
		}
		at = next
	}
}

// jpegSegment reads one marker and its segment. The body is nil if there is
// none.
func jpegSegment(in []byte, at int) (marker byte, body []byte, next int, ok bool) {
	if at >= len(in) || in[at] != 0xFF {
		return 0, nil, 0, false
	}
	for at < len(in) && in[at] == 0xFF { // any number of them may fill
		at++
	}
	if at >= len(in) || in[at] == 0 {
		return 0, nil, 0, false
	}
	marker = in[at]
	at++
	if marker == markerTEM || marker >= markerRST0 && marker <= markerEOI {
		return marker, nil, at, true
	}
	if at+2 > len(in) {
		return 0, nil, 0, false
	}
	size := int(binary.BigEndian.Uint16(in[at:]))
	if size < 2 || at+size > len(in) {
		return 0, nil, 0, false
	}
	return marker, in[at+2 : at+size], at + size, true
}

// scanEnd finds the marker that ends entropy-coded data.
func scanEnd(in []byte, at int) int {
	for ; at+1 < len(in); at++ {
		if next := in[at+1]; in[at] == 0xFF && next != 0 && (next < markerRST0 || next > markerRST0+7) {
			return at
		}
	}
	return len(in)
}

// appendSegment leaves a segment out whose body is nil.
func appendSegment(out []byte, marker byte, body []byte) []byte {
	if body == nil {
		return out
	}
	out = append(out, 0xFF, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2)) //nolint:gosec // it is no longer than what was read
	return append(out, body...)
}

// keptOfJPEG gives what is kept of a segment's body; nil for nothing.
func keptOfJPEG(marker byte, body []byte) []byte {
	const jfif, icc, adobe, exif = "JFIF\x00", "ICC_PROFILE\x00", "Adobe", "Exif\x00\x00"
	if marker != markerCOM && (marker < markerAPP0 || marker > markerAPP0+15) {
		return body
	}
	begins := func(with string) bool { return bytes.HasPrefix(body, []byte(with)) }
	switch app := marker - markerAPP0; {
	case app == 0 && begins(jfif) && len(body) >= 14:
		return append(bytes.Clone(body[:12]), 0, 0) // no thumbnail
	case app == 2 && begins(icc), app == 14 && begins(adobe):
		return body
	case app == 1 && begins(exif):
		return orientationOnly(body[len(exif):])
	}
	return nil
}
