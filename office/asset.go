package office

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"clarion/channels"
	"clarion/message"
	"clarion/message/announcement"
	"clarion/store"
	"clarion/upload"
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

// inspect takes a file as package upload does. What is approved, sent and
// published is what that leaves of it.
func inspect(file announcement.AssetFile, content []byte) (a asset, says, try string) {
	switch {
	case len(content) == 0:
		return a, "the file is empty", "replace it"
	case len(content) > message.MaxAsset:
		return a, fmt.Sprintf("the file has %d bytes, the limit is %d", len(content), message.MaxAsset), "make it smaller"
	}
	taken, err := upload.Take(file.Name, content)
	if refusal, ok := errors.AsType[*upload.Error](err); ok {
		return a, refusal.Says, refusal.Try
	}
	sum := sha256.Sum256(taken.Content)
	a = asset{content: taken.Content, Asset: channels.Asset{
		Name: file.Name, Alt: file.Alt, Focus: file.Focus, MediaType: taken.MediaType, Width: taken.Width, Height: taken.Height,
		Size: int64(len(taken.Content)), SHA256: hex.EncodeToString(sum[:]),
	}}
	if a.Image() && strings.TrimSpace(a.Alt) == "" {
		return a, "the image has no description", "write what it shows as `alt`"
	}
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
