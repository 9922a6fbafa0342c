package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"clarion/api"
)

// rendering shows what a channel would publish, or writes a document of it to
// a file.
func (c *cli) rendering(r api.Rendering, f showFlags) error {
	if f.document != "" {
		i := slices.IndexFunc(r.Documents, func(d api.Document) bool { return d.Name == f.document })
		if i < 0 {
			return misused("%s makes no document %q; it makes %s", f.rendering, f.document, documentNames(r))
		}
		r.Documents = r.Documents[i : i+1]
	}
	switch {
	case f.out != "":
		return c.writeDocument(r.Documents[0], f.out)
	case f.raw || c.json:
		return errors.Join(c.previewObjects(r, f), c.documents(r))
	}
	for i, d := range r.Documents {
		r.Documents[i] = legible(d)
	}
	if f.document == "" && len(r.Previews) > 0 {
		c.previews(r.Previews)
		return headed(c.out, r)
	}
	return c.documents(r)
}

// legible is a document as a terminal may show it.
func legible(d api.Document) api.Document {
	if len(d.Base64) == 0 {
		return readable(d)
	}
	says := fmt.Sprintf("[%d bytes that are no text; --document %s --out FILE writes them to a file]\n", len(d.Base64), d.Name)
	return api.Document{Name: d.Name, MediaType: d.MediaType, Text: says}
}

// previewObject is one post's preview with --json.
type previewObject struct {
	Preview api.Preview `json:"preview"`
}

func (c *cli) previewObjects(r api.Rendering, f showFlags) error {
	if !c.json || f.document != "" {
		return nil
	}
	for _, p := range r.Previews {
		if err := c.object(previewObject{p}); err != nil {
			return err
		}
	}
	return nil
}

// previews shows what readers will see, before the documents themselves.
func (c *cli) previews(posts []api.Preview) {
	for i, p := range posts {
		fmt.Fprintf(c.out, "== post %d of %d, %s\n", i+1, len(posts), lengthOf(p))
		if p.Warning != "" {
			fmt.Fprintf(c.out, "[behind the warning: %s]\n", printable(p.Warning))
		}
		fmt.Fprintln(c.out, printable(strings.TrimRight(p.Text, "\n")))
		for _, image := range p.Images {
			fmt.Fprintf(c.out, "[image: %s]\n", printable(image.Alt))
		}
		if p.Card != "" {
			fmt.Fprintf(c.out, "[card of %s]\n", printable(p.Card))
		}
	}
}

func lengthOf(p api.Preview) string {
	says := number(p.Length)
	if p.Limit > 0 {
		says += " of " + number(p.Limit)
	}
	if p.Language != "" {
		says += ", in " + printable(p.Language)
	}
	return says
}

func documentNames(r api.Rendering) string {
	names := make([]string, len(r.Documents))
	for i, d := range r.Documents {
		names[i] = d.Name
	}
	return strings.Join(names, ", ")
}

// writtenDocument is the answer of a document that was written to a file.
type writtenDocument struct {
	File      string `json:"file"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
}

// writeDocument writes a document to a file that is not there yet.
func (c *cli) writeDocument(d api.Document, file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; choose another name or move it away", file)
	}
	if err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	_, err = f.Write(d.Bytes())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return c.result(writtenDocument{file, d.Name, d.MediaType}, "%s holds the document %s (%s).", file, d.Name, d.MediaType)
}

// documents writes a rendering: one document as it is, several with a line
// before each.
func (c *cli) documents(r api.Rendering) error {
	switch {
	case c.json:
		for _, d := range r.Documents {
			if err := c.object(d); err != nil {
				return err
			}
		}
		return nil
	case len(r.Documents) == 1:
		_, err := asItIs(c.out).Write(r.Documents[0].Bytes())
		return err
	default:
		return headed(asItIs(c.out), r)
	}
}

// headed writes each document with a line before it.
func headed(out io.Writer, r api.Rendering) error {
	for _, d := range r.Documents {
		text := string(d.Bytes())
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		if _, err := fmt.Fprintf(out, "== %s (%s)\n%s", d.Name, d.MediaType, text); err != nil {
			return err
		}
	}
	return nil
}
