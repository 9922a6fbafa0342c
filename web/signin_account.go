package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"image/png"
	"net/http"

	"github.com/pquerna/otp"

	"clarion/office"
)

// qrSide is the side of a QR code, in pixels.
const qrSide = 240

func (in *SignIn) showAccount(v *visit) error {
	return in.account(v, http.StatusOK, "")
}

// account shows who somebody is and what they can change.
func (in *SignIn) account(v *visit, status int, problem string) error {
	p, left, err := in.settings.Accounts.Self(v.ctx(), v.by)
	if err != nil {
		return err
	}
	shown := page{Title: "Your account", Name: p.Name, FullName: p.FullName, HasFactor: left >= 0, CodesLeft: left, Problem: problem, Outside: in.settings.Sessions.get(v.ctx()).Outside}
	for _, g := range p.Grants {
		shown.Roles = append(shown.Roles, roleLine{string(g.Role), g.Department})
	}
	return in.write(v.w, status, pageAccount, shown)
}

// refusedHere shows a refusal on the account's page; anything else is the
// caller's.
func (in *SignIn) refusedHere(v *visit, err error) error {
	if refusal, ok := errors.AsType[*office.Refusal](err); ok {
		return in.account(v, statusOf(refusal.Code), sentence(refusal.Says)+" "+sentence(refusal.Try))
	}
	return err
}

func (in *SignIn) changePassword(v *visit) error {
	err := in.settings.Accounts.ChangePassword(v.ctx(), v.form("old"), v.form("password"), in.address(v.r), v.by)
	if err != nil {
		return in.refusedHere(v, err)
	}
	return in.write(v.w, http.StatusOK, pageSignIn, page{Title: "Sign in", Name: v.by.Name, Text: "Your password is changed, and every session has ended. Sign in again."})
}

func (in *SignIn) showFactor(v *visit) error {
	factor, err := in.settings.Accounts.BeginFactor(v.by)
	if err != nil {
		return err
	}
	return in.factor(v, http.StatusOK, factor.Secret, factor.Address, "")
}

// factor shows a second factor that is being set up.
func (in *SignIn) factor(v *visit, status int, secret, address, problem string) error {
	picture, err := qrCode(address)
	if err != nil {
		return err
	}
	return in.write(v.w, status, pageFactor, page{Title: "Set up a second factor", Outside: in.settings.Sessions.get(v.ctx()).Outside, Secret: secret, Address: address, QR: picture, Problem: problem})
}

func qrCode(address string) (template.URL, error) {
	key, err := otp.NewKeyFromURL(address)
	if err != nil {
		return "", office.Refuse(office.Invalid, "this is no second factor", "begin again")
	}
	picture, err := key.Image(qrSide, qrSide)
	if err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil //nolint:gosec // a picture of our own making
}

func (in *SignIn) confirmFactor(v *visit) error {
	codes, err := in.settings.Accounts.ConfirmFactor(v.ctx(), v.form("secret"), v.form("code"), v.form("password"), in.address(v.r), v.by)
	if refusal, ok := errors.AsType[*office.Refusal](err); ok {
		return in.factor(v, statusOf(refusal.Code), v.form("secret"), v.form("address"), sentence(refusal.Says)+" "+sentence(refusal.Try))
	}
	if err != nil {
		return err
	}
	return in.write(v.w, http.StatusOK, pageCodes, page{Title: "Keep these recovery codes", Codes: codes})
}

func (in *SignIn) dropFactor(v *visit) error {
	err := in.settings.Accounts.DropFactor(v.ctx(), v.form("code"), v.form("password"), in.address(v.r), v.by)
	if err != nil {
		return in.refusedHere(v, err)
	}
	return in.write(v.w, http.StatusOK, pageSignIn, page{Title: "Sign in", Name: v.by.Name, Text: "Your second factor is gone, and every session has ended. Sign in again."})
}
