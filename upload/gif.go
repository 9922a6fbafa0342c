package upload

import "bytes"

// Blocks of GIF89a (https://www.w3.org/Graphics/GIF/spec-gif89a.txt).
const (
	gifExtension   = 0x21
	gifImage       = 0x2C
	gifTrailer     = 0x3B
	gifControl     = 0xF9
	gifApplication = 0xFF
)

// gifReader takes a GIF apart. A part that is not there sets cut.
type gifReader struct {
	rest []byte
	cut  bool
}

func (r *gifReader) take(n int) []byte {
	if n > len(r.rest) {
		r.cut = true
		n = len(r.rest)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

// colours takes a table of colours if the flags say that there is one.
func (r *gifReader) colours(flags byte) []byte {
	if flags&0x80 == 0 {
		return nil
	}
	return r.take(3 << (flags&7 + 1))
}

// blocks takes sub-blocks with the empty one that ends them.
func (r *gifReader) blocks() []byte {
	from := r.rest
	n := 0
	for !r.cut {
		size := r.take(1)
		if r.cut {
			break
		}
		n += 1 + int(size[0])
		if size[0] == 0 {
			return from[:n]
		}
		r.take(int(size[0]))
	}
	return nil
}

// stripGIF keeps the pictures, how long each stands, and whether they begin
// again. Comments and other programs' blocks go, and what follows the end.
func stripGIF(in []byte) ([]byte, error) {
	r := &gifReader{rest: in}
	head := r.take(13)
	if r.cut {
		return nil, cutShort()
	}
	out := append(append(make([]byte, 0, len(in)), head...), r.colours(head[10])...)
	var control []byte // of the picture that follows
	for frames := 0; ; {
		kind := r.take(1)
		if r.cut {
			return nil, cutShort()
		}
		switch kind[0] {
		case gifExtension:
			kept := r.extension()
			if bytes.HasPrefix(kept, []byte{gifExtension, gifControl}) {
				control = kept
			} else {
				out = append(out, kept...)
			}
		case gifImage:
			frames++
			out, control = r.picture(append(out, control...)), nil
		case gifTrailer:
			if frames == 0 {
				return nil, cutShort()
			}
			return append(out, gifTrailer), nil
		default:
			return nil, unreadable()
		}
		if frames > MaxFrames {
			return nil, tooManyFrames()
		}
	}
}

// extension takes an extension and gives what is kept of it.
func (r *gifReader) extension() []byte {
	label := r.take(1)
	body := r.blocks()
	if r.cut {
		return nil
	}
	loops := bytes.HasPrefix(body, []byte("\x0bNETSCAPE2.0")) || bytes.HasPrefix(body, []byte("\x0bANIMEXTS1.0"))
	if label[0] == gifControl || label[0] == gifApplication && loops {
		return append([]byte{gifExtension, label[0]}, body...)
	}
	return nil
}

func (r *gifReader) picture(out []byte) []byte {
	descriptor := r.take(9)
	if r.cut {
		return out
	}
	out = append(append(out, gifImage), descriptor...)
	out = append(out, r.colours(descriptor[8])...)
	out = append(out, r.take(1)...) // the size of codes
	return append(out, r.blocks()...)
}
