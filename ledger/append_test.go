package ledger

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"clarion/message"
)

func wantsMarshalled(t interface{ Errorf(string, ...any) }, body Appender) {
	want, err := json.Marshal(body)
	if err != nil {
		t.Errorf("marshal: %v", err)
	}
	if got := body.AppendJSON([]byte("before ")); string(got) != "before "+string(want) {
		t.Errorf("appended %s, json.Marshal gives %s", got, want)
	}
}

// What is hashed and stored for good is the same whichever way it is written.
func TestAppendedBodiesAreTheMarshalledOnes(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z0-9<>&"\\]{0,20}`), rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	}))
	texts := rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOfN(text, 0, 3))
	rapid.Check(t, func(t *rapid.T) {
		wantsMarshalled(t, AttemptBody{
			Send: rapid.Int64().Draw(t, "send"), Message: text.Draw(t, "message"), Audiences: texts.Draw(t, "audiences"),
			Mechanism: text.Draw(t, "mechanism"), Run: rapid.IntRange(0, 2).Draw(t, "run"), Rehearsal: rapid.Bool().Draw(t, "rehearsal"),
			Attempt: rapid.Int().Draw(t, "attempt"), Outcome: message.SendState(text.Draw(t, "outcome")), Class: text.Draw(t, "class"),
			Digest: text.Draw(t, "digest"), Key: text.Draw(t, "key"), Due: rapid.Int64().Draw(t, "due"),
			Opened: rapid.Int64().Draw(t, "opened"), Closed: rapid.Int64().Draw(t, "closed"),
			RemoteID: text.Draw(t, "id"), RemoteURL: text.Draw(t, "url"),
		})
		wantsMarshalled(t, DoneBody{Message: text.Draw(t, "done"), To: message.State(text.Draw(t, "to"))})
	})
}

// A body that says where a message ended is read as any other about a message.
func TestDoneBodyIsAMessageBody(t *testing.T) {
	t.Parallel()
	done, err := json.Marshal(DoneBody{Message: "m1", To: message.Released})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := json.Marshal(MessageBody{Message: "m1", To: message.Released})
	if err != nil {
		t.Fatal(err)
	}
	if string(done) != string(whole) {
		t.Errorf("%s is not %s", done, whole)
	}
}
