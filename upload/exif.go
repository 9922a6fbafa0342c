package upload

import (
	"bytes"
	"encoding/binary"
)

// tagOrientation says which side of the picture is up (Exif 2.32, 4.6.4).
const tagOrientation = 0x0112

// orientationOnly makes the body of an Exif segment that says which side is up
// and nothing else; nil if the given one does not say, or that it is as stored.
func orientationOnly(tiff []byte) []byte {
	turned := orientation(tiff)
	if turned < 2 || turned > 8 {
		return nil
	}
	body := []byte("Exif\x00\x00MM\x00*")
	body = binary.BigEndian.AppendUint32(body, 8) // the directory follows
	body = binary.BigEndian.AppendUint16(body, 1) // of one entry
	body = binary.BigEndian.AppendUint16(body, tagOrientation)
	body = binary.BigEndian.AppendUint16(body, 3) // SHORT
	body = binary.BigEndian.AppendUint32(body, 1)
	body = binary.BigEndian.AppendUint16(body, turned)
	return append(body, 0, 0, 0, 0, 0, 0) // the value's rest, and no further directory
}

// orientation reads the tag from the first directory; 0 if there is none.
func orientation(tiff []byte) uint16 {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	default:
		return 0
	}
	if len(tiff) < 8 {
		return 0
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	const entry = 12 // bytes
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entry {
			return 0
		}
		if order.Uint16(entries) == tagOrientation && order.Uint16(entries[2:]) == 3 {
			return order.Uint16(entries[8:])
		}
		entries = entries[entry:]
	}
	return 0
}
