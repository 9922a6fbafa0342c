package api

// SignIn is what somebody gives to sign in.
type SignIn struct {
	Name     string `json:"name" maxLength:"200"`
	Password string `json:"password" maxLength:"1000"`
	Code     string `json:"code,omitempty" maxLength:"100" doc:"Of the second factor, or a recovery code."`
}

// SignedIn is the key of a session. It goes into the header Authorization, as
// Bearer.
type SignedIn struct {
	Name    string `json:"name"`
	Key     string `json:"key,omitempty"`
	Expires Time   `json:"expires" format:"date-time" nullable:"true"`
	// WantsCode: name and password are right; ask for a code and sign in again.
	WantsCode bool `json:"wants_code" doc:"Whether a code of the second factor is wanted; there is no key then."`
	// Waiting: nobody has confirmed the sign-in in a browser yet.
	Waiting bool `json:"waiting,omitempty" doc:"Whether a browser has yet to confirm it; there is no key then."`
}

// BrowserSignIn asks that a browser confirms a sign-in.
type BrowserSignIn struct {
	Machine string `json:"machine" maxLength:"200" doc:"What asks, as the person who confirms it reads it."`
}

// BrowserWait is a sign-in that waits to be confirmed.
type BrowserWait struct {
	Code    string `json:"code" doc:"Shown on the page as well; both must be the same."`
	Secret  string `json:"secret" doc:"By which the session is collected."`
	Address string `json:"address" doc:"Of the page on which it is confirmed."`
	Expires Time   `json:"expires" format:"date-time" nullable:"true"`
}

// BrowserCollect asks for the session of a sign-in that was confirmed.
type BrowserCollect struct {
	Code   string `json:"code" maxLength:"20"`
	Secret string `json:"secret" maxLength:"100"`
}

// Code is a code of the second factor, or a recovery code.
type Code struct {
	Code string `json:"code" maxLength:"100"`
}

// Self is whoever asks.
type Self struct {
	Person
	SecondFactor bool `json:"second_factor"`
	Proved       Time `json:"proved" format:"date-time" nullable:"true" doc:"When a second factor was last given in this session."`
	Token        bool `json:"token" doc:"Whether they came with a token."`
}

// Choice is a password chosen by an invitation.
type Choice struct {
	Code     string `json:"code" maxLength:"100" doc:"The last part of the link."`
	Password string `json:"password" maxLength:"1000"`
}

// TokenRequest is a token that somebody wants.
type TokenRequest struct {
	Name  string `json:"name" maxLength:"100" doc:"What it is for."`
	Owner string `json:"owner,omitempty" maxLength:"200" doc:"A system; absent: oneself."`
	Scope string `json:"scope" enum:"read,draft,all"`
	Test  bool   `json:"test,omitempty" doc:"It can only draft and rehearse."`
	Days  int    `json:"days" minimum:"1" maximum:"366"`
}

// Token is a personal key for the API.
type Token struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Owner   string `json:"owner"`
	Scope   string `json:"scope"`
	Test    bool   `json:"test"`
	Created Time   `json:"created" format:"date-time" nullable:"true"`
	Expires Time   `json:"expires" format:"date-time" nullable:"true"`
	Revoked Time   `json:"revoked" format:"date-time" nullable:"true"`
	Secret  string `json:"secret,omitempty" doc:"Shown once, where it is made."`
}

// Tokens is the tokens of somebody, newest first.
type Tokens struct {
	Tokens []Token `json:"tokens" nullable:"false"`
	Next   string  `json:"next,omitempty" doc:"Give this as cursor for the next page; absent on the last."`
}
