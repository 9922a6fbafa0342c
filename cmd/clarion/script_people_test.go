package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"clarion/api"
	"clarion/client"
)

// scriptPassword is everybody's in a script.
const scriptPassword = "violin tundra magnet soup"

// peopleMain makes people and signs them in: people FIRST [NAME:ROLE,...]...
// The first of all may do everything, and is who signed in last.
func peopleMain() {
	c := &cli{in: os.Stdin, out: io.Discard, errs: os.Stderr}
	if err := c.inOffice(context.Background(), func(o *client.Client) error { return makePeople(c, o, os.Args[1:]) }); err != nil {
		fmt.Fprintln(os.Stderr, "people:", err)
		os.Exit(1)
	}
}

func makePeople(c *cli, o *client.Client, names []string) error {
	ctx := context.Background()
	first, others := names[0], names[1:]
	if err := o.SetPerson(ctx, first, api.PersonSettings{FullName: fullName(first), Kind: "human", Password: scriptPassword}); err != nil {
		return err
	}
	in, err := o.SignIn(ctx, api.SignIn{Name: first, Password: scriptPassword})
	if err != nil {
		return err
	}
	admin := o.With(in.Key)
	for _, other := range others {
		name, roles, _ := strings.Cut(other, ":")
		if err := joinOffice(ctx, c, admin, name, strings.Split(roles, ",")); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return c.keep(in)
}

// joinOffice adds a person who accepts an invitation and signs in.
func joinOffice(ctx context.Context, c *cli, admin *client.Client, name string, roles []string) error {
	invited, err := invite(ctx, admin, name, roles)
	if err != nil {
		return err
	}
	code := invited.Link[strings.LastIndex(invited.Link, "=")+1:]
	if err := admin.Choose(ctx, api.Choice{Code: code, Password: scriptPassword}); err != nil {
		return err
	}
	in, err := admin.SignIn(ctx, api.SignIn{Name: name, Password: scriptPassword})
	return errors.Join(err, c.keep(in))
}

func invite(ctx context.Context, admin *client.Client, name string, roles []string) (api.Invitation, error) {
	if err := admin.SetPerson(ctx, name, api.PersonSettings{FullName: fullName(name), Kind: "human"}); err != nil {
		return api.Invitation{}, err
	}
	if err := admin.SetRoles(ctx, name, api.Roles{Department: "*", Roles: roles}); err != nil {
		return api.Invitation{}, err
	}
	return admin.Invite(ctx, name)
}

// fullName is what somebody in a script is called.
func fullName(name string) string {
	known := map[string]string{"ada": "Ada Okoro", "ben": "Ben Hughes"}
	if full := known[name]; full != "" {
		return full
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
