package webfeed

import (
	"strings"

	"clarion/channels"
)

var public = channels.Audience{Name: "public", Title: "The public", Public: true}

// posts are what a press office writes, by name of their golden files.
func posts() map[string]channels.Post {
	all := map[string]channels.Post{
		"plain": {Title: "Works begin on Monday", Body: "The works on the bridge begin on Monday.", Language: "en-GB"},
		"long": {
			Title:   "A year in figures: what we did & what it cost",
			Summary: "Twelve months, 40 projects, one page.",
			Body: "# Overview\n\n" + strings.Repeat("A paragraph that says what happened in one month. ", 12) +
				"\n\n## Figures\n\n| Month | Cost |\n|---|---:|\n| May | £1,200 |\n\n> We kept within the budget.\n\n" +
				"1. First\n2. Second\n   - a part\n\nSee [the report](https://reports.example/?year=2026&part=1).\n",
			Language: "en", Department: "Finance & Planning", Topics: []string{"budget", "roads & bridges"},
		},
		"welsh": {
			Title: "Mae'r gwaith yn dechrau ddydd Llun", Summary: "Bydd y bont ar gau am bythefnos.",
			Body:     "Mae'r gwaith ar y bont yn dechrau ddydd Llun, **1 Mai**.",
			Language: "cy", Department: "Trafnidiaeth", Topics: []string{"pontydd"}, Notes: "Ar gael yn Saesneg hefyd.",
		},
		"arabic": {
			Title: "يبدأ العمل في الجسر يوم الاثنين", Summary: "يغلق الجسر لمدة أسبوعين.",
			Body:     "Cardiff: يبدأ العمل في الجسر يوم الاثنين، ويستمر أسبوعين.\n\nThis notice is also in English.\n\n- التحويلة من الشارع A48",
			Language: "ar", Department: "النقل", Contact: "مكتب الصحافة\n+44 1632 960000",
		},
		"emoji": {
			Title: "Family day 👩‍👩‍👧‍👦 in the park 🏴󠁧󠁢󠁷󠁬󠁳󠁿", Body: "Bring the family 👨🏽‍🌾, the dog 🐕‍🦺 and the flag 🏳️‍🌈.", Language: "en",
			Topics: []string{"🎉 events"},
		},
		"correction": {
			Title: "Works begin on Tuesday", Summary: "We gave the wrong day.", Body: "The works begin on **Tuesday**.",
			Language: "en-GB", Corrects: "Works begin on <Monday>",
		},
		"corrected": {
			Title: "Works begin on Tuesday", Summary: "The works begin on Tuesday, not on <Monday>.", Body: "The works begin on **Tuesday**.",
			Language: "en-GB", Corrects: "Works begin on <Monday>", Action: channels.Edit,
		},
		"withdrawn": {
			Title: "Bridge works: notice", Summary: "The works are put off & a new date follows.", Body: "The works do **not** begin on Monday.",
			Language: "en-GB", Withdraws: "Works begin on <Monday>", Action: channels.Delete,
		},
		"withdrawn-welsh": {
			Title: "Hysbysiad", Body: "Nid yw'r gwaith yn dechrau ddydd Llun.",
			Language: "cy", Withdraws: "Mae'r gwaith yn dechrau ddydd Llun", Action: channels.Delete,
		},
		"notes": {
			Title: "Works begin on Monday", Body: "The works on the bridge begin on Monday.", Language: "en-GB",
			Notes:   "# Background\n\nThe bridge was built in 1894.\n\n## Pictures\n\nOn request.",
			Contact: "Press desk\n01632 960000\n\npress@office.example",
		},
	}
	all["images"] = withImages()
	all["attachment"] = withAttachment()
	for name, p := range all {
		p.Audiences = []channels.Audience{public, {Name: "press", Title: "Embargoed press list"}}
		p.HasPage = true
		p.Zone = "Europe/London"
		all[name] = p
	}
	return all
}

func withImages() channels.Post {
	return channels.Post{
		Title: "The bridge in pictures", Language: "en-GB",
		Body:   "Before:\n\n![The bridge, closed](bridge.jpg)\n\nand [linked ![](after.jpg)](https://pictures.example/).",
		Assets: []channels.Asset{jpeg("bridge.jpg", "", 1), jpeg("after.jpg", `The "new" bridge`, 2), jpeg("crowd.jpg", "The crowd at <noon>", 3)},
	}
}

func withAttachment() channels.Post {
	return channels.Post{
		Title: "The report", Body: "The report is out.", Language: "en-GB", Summary: "Read it.",
		Assets: []channels.Asset{
			{Name: "report & annex.pdf", MediaType: "application/pdf", SHA256: sum("a"), Size: 1_250_000},
			{Name: "data", Alt: "The figures", MediaType: "text/csv", SHA256: sum("b"), Size: 999},
			jpeg("cover.jpg", "The cover", 4),
		},
	}
}
