package upload

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// keptChunks are what decoders need of a PNG (third edition, 11): the picture,
// its colours, and its animation.
func keptChunks() []string {
	return []string{
		"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD", "pHYs",
		"acTL", "fcTL", "fdAT",
	}
}

// stripPNG keeps the chunks that show. Texts, times, Exif and unknown chunks
// go, and what follows the end.
func stripPNG(in []byte) ([]byte, error) {
	if !bytes.HasPrefix(in, []byte(pngSignature)) {
		return nil, unreadable()
	}
	out := append(make([]byte, 0, len(in)), pngSignature...)
	frames, pictures := 0, 0
	for rest := in[len(pngSignature):]; ; {
		chunk, kind, ok := pngChunk(rest)
		if !ok {
			return nil, cutShort()
		}
		rest = rest[len(chunk):]
		switch kind {
		case "fcTL":
			frames++
		case "IDAT":
			pictures++
		}
		if slices.Contains(keptChunks(), kind) {
			out = append(out, chunk...)
		} else if kind[0]&0x20 == 0 {
			return nil, unreadable() // no decoder may pass over it
		}
		switch {
		case frames > MaxFrames:
			return nil, tooManyFrames()
		case kind == "IEND" && pictures == 0:
			return nil, cutShort()
		case kind == "IEND":
			return out, nil
		}
	}
}

// pngChunk gives the chunk at the beginning, if it is whole and its sum is
// right.
func pngChunk(in []byte) (chunk []byte, kind string, ok bool) {
	const around = 12 // bytes: length, type and sum
	if len(in) < around {
		return nil, "", false
	}
	size := uint64(binary.BigEndian.Uint32(in)) + around
	if size > uint64(len(in)) {
		return nil, "", false
	}
	chunk = in[:size]
	sum := chunk[size-4:]
	return chunk, string(chunk[4:8]), crc32.ChecksumIEEE(chunk[4:size-4]) == binary.BigEndian.Uint32(sum)
}
