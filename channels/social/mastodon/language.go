package mastodon

import "golang.org/x/text/language"

// languageOf gives the code that a server knows a language by: of ISO 639, two
// letters where there are two, and for Chinese with the region whose script it
// is in. It is empty if the tag (BCP 47) says nothing.
func languageOf(tag string) string {
	t, err := language.Parse(tag)
	if err != nil || t == language.Und {
		return ""
	}
	base, _ := t.Base()
	if base.String() != "zh" {
		return base.String()
	}
	region, sure := t.Region()
	script, _ := t.Script()
	switch {
	case sure == language.Exact && (region.String() == "HK" || region.String() == "TW" || region.String() == "CN"):
		return "zh-" + region.String()
	case script.String() == "Hant":
		return "zh-TW"
	}
	return "zh-CN"
}
