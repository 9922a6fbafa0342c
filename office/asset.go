package office

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif"  // decoders for the formats that are taken
	_ "image/jpeg" // (registered by import)
	_ "image/png"
	"net/http"
	"path"
	"strings"

	"clarion/channels"
	"clarion/message"
	"clarion/message/announcement"
	"clarion/store"
)

// Bounds of an image.
const (
	maxSide   = 12_000     // pixels
	maxPixels = 50_000_000 // width × height
)

// asset is an asset together with its content.
type asset struct {
	channels.Asset
	content []byte
}

// readAssets matches what an announcement names with what came beside it.
func readAssets(d Draft, parsed announcement.Announcement) ([]asset, []Problem) {
	given := map[string][]byte{}
	for _, u := range d.Assets {
		given[u.Name] = u.Content
	}
	var all []asset
	var problems []Problem
	total := 0
	for _, file := range parsed.Assets {
		content, ok := given[file.Name]
		a, says, try := asset{}, "the file is not there", "put it beside the announcement"
		if ok {
			a, says, try = inspect(file, content)
			total += len(content)
		}
		if says != "" {
			problems = append(problems, assetProblem(d.File, file, says, try))
		}
		all = append(all, a)
	}
	if total > message.MaxAssetsAll {
		problems = append(problems, Problem{File: d.File, Line: parsed.Lines["assets"], channelProblem: channelProblem{
			Field: "assets", Says: fmt.Sprintf("the assets have %d bytes together, the limit is %d", total, message.MaxAssetsAll), Try: "leave some out or make them smaller",
		}})
	}
	return all, problems
}

func assetProblem(file string, a announcement.AssetFile, says, try string) Problem {
	return Problem{File: file, Line: a.Line, channelProblem: channelProblem{Field: "assets[" + a.Name + "]", Says: says, Try: try}}
}

// inspect types a content by what it is, whatever its name says.
func inspect(file announcement.AssetFile, content []byte) (a asset, says, try string) {
	switch {
	case len(content) == 0:
		return a, "the file is empty", "replace it"
	case len(content) > message.MaxAsset:
		return a, fmt.Sprintf("the file has %d bytes, the limit is %d", len(content), message.MaxAsset), "make it smaller"
	}
	sum := sha256.Sum256(content)
	a = asset{content: content, Asset: channels.Asset{
		Name: file.Name, Alt: file.Alt, Focus: file.Focus, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]),
	}}
	a.MediaType, _, _ = strings.Cut(http.DetectContentType(content), ";")
	ending := strings.ToLower(path.Ext(file.Name))
	switch a.MediaType {
	case "image/png", "image/jpeg", "image/gif":
		return inspectImage(a)
	case "application/pdf":
		return a, "", ""
	case "text/plain":
		if ending == ".csv" {
			a.MediaType = "text/csv"
		}
		return a, "", ""
	case "application/zip":
		if office, ok := officeTypes()[ending]; ok {
			a.MediaType = office
			return a, "", ""
		}
	}
	return a, fmt.Sprintf("a file of type %s is not taken", a.MediaType), "use PNG, JPEG, GIF, PDF, CSV, plain text, or an OpenDocument or Office document"
}

// officeTypes lists the documents that are zip archives inside.
func officeTypes() map[string]string {
	return map[string]string{
		".odt":  "application/vnd.oasis.opendocument.text",
		".ods":  "application/vnd.oasis.opendocument.spreadsheet",
		".odp":  "application/vnd.oasis.opendocument.presentation",
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	}
}

// inspectImage reads an image's size from its header, before anything decodes
// it.
func inspectImage(a asset) (asset, string, string) {
	config, _, err := image.DecodeConfig(bytes.NewReader(a.content))
	switch {
	case err != nil:
		return a, "the image can't be read", "save it again as PNG or JPEG"
	case config.Width < 1 || config.Height < 1 || config.Width > maxSide || config.Height > maxSide || config.Width*config.Height > maxPixels:
		return a, fmt.Sprintf("the image has %d × %d pixels; a side may have %d and the whole %d", config.Width, config.Height, maxSide, maxPixels), "make it smaller"
	case strings.TrimSpace(a.Alt) == "":
		return a, "the image has no description", "write what it shows as `alt`"
	}
	a.Width, a.Height = config.Width, config.Height
	return a, "", ""
}

func (o *Office) storeAssets(all []asset) error {
	for i := range all {
		sum, err := o.store.PutAsset(all[i].content)
		if err != nil {
			return err
		}
		if sum != all[i].SHA256 {
			return fmt.Errorf("asset %s changed while it was stored", all[i].Name)
		}
	}
	return nil
}

func insertAssets(t *store.Tx, all []asset) error {
	for _, a := range all {
		if err := t.InsertAsset(a.SHA256, a.MediaType, a.Size); err != nil {
			return err
		}
	}
	return nil
}
