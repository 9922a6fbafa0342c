package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"clarion/api"
	"clarion/client"
)

func (c *cli) loginCommand() *cobra.Command {
	var secret secretFlag
	var code string
	var browser bool
	cmd := c.verb("login [URL] [NAME]", "Sign in, here or to a server; the session lasts for 12 hours, or 2 without use", cobra.MaximumNArgs(2), func(cmd *cobra.Command, args []string) error {
		name, err := c.whoAndWhere(args)
		if err != nil {
			return err
		}
		if browser {
			return c.loginByBrowser(cmd.Context())
		}
		if name, err = c.named(name); err != nil {
			return err
		}
		password, err := secret.read(c, "Password: ")
		if err != nil {
			return err
		}
		return c.asNobody(cmd.Context(), func(o *client.Client) error {
			in, err := o.SignIn(cmd.Context(), api.SignIn{Name: name, Password: password, Code: code})
			if err == nil && in.WantsCode {
				if code, err = c.ask("Code of your second factor, or a recovery code: "); err != nil {
					return err
				}
				in, err = o.SignIn(cmd.Context(), api.SignIn{Name: name, Password: password, Code: code})
			}
			if err != nil {
				return err
			}
			return c.begun(in)
		})
	})
	secret.on(cmd)
	cmd.Flags().StringVar(&code, "code", "", "of your second factor; asked for if it is wanted")
	cmd.Flags().BoolVar(&browser, "browser", false, "sign in by a browser, as with single sign-on")
	return cmd
}

// begun keeps a session and says so.
func (c *cli) begun(in api.SignedIn) error {
	if err := c.keep(in); err != nil {
		return err
	}
	return c.result(api.SignedIn{Name: in.Name, Expires: in.Expires}, "You are signed in%s as %s until %s.", c.whereText(), in.Name, c.when(in.Expires))
}

// whoAndWhere gives who signs in, if that is said, and takes the server over
// that they name.
func (c *cli) whoAndWhere(args []string) (name string, err error) {
	if len(args) > 0 && strings.Contains(args[0], "://") {
		c.at, args = args[0], args[1:]
	} else if len(args) == 2 {
		return "", misused("%q is not the address of a server, such as https://news.example.org", args[0])
	}
	if _, err := c.remote(); err != nil {
		return "", err
	}
	if len(args) == 1 {
		return args[0], nil
	}
	return c.user(), nil
}

// named asks for the name where only a server was named.
func (c *cli) named(name string) (string, error) {
	switch {
	case name != "":
		return name, nil
	case c.at != "":
		return c.ask("Name: ")
	default:
		return "", errors.New("nobody is named; give your name, or sign in by single sign-on with --browser")
	}
}

// whereText names the server that a verb went to; nothing for a data folder.
func (c *cli) whereText() string {
	if server, _ := c.remote(); server != "" {
		return " to " + server
	}
	return ""
}

// keep remembers a session for the verbs that follow.
func (c *cli) keep(in api.SignedIn) error {
	server, err := c.remote()
	if err != nil {
		return err
	}
	place, err := c.place()
	if err != nil {
		return err
	}
	return changeKeyring(func(k *keyring) {
		k.put(place, in.Name, in.Key)
		if server != "" {
			k.Server = server
		}
	})
}

func (c *cli) logoutCommand() *cobra.Command {
	return c.verb("logout", "Sign out", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		key, err := c.sessionKey()
		if err != nil {
			return err
		}
		if key == "" {
			return errors.New("nobody is signed in here; there is nothing to end")
		}
		return c.asNobody(cmd.Context(), func(o *client.Client) error {
			if err := o.With(key).SignOut(cmd.Context()); err != nil && !ended(err) {
				return err
			}
			if err := c.forget(); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "You are signed out.")
		})
	})
}

// forget drops the session that was used.
func (c *cli) forget() error {
	place, err := c.place()
	if err != nil {
		return err
	}
	return changeKeyring(func(k *keyring) { k.drop(place, c.user()) })
}

// ended reports whether a refusal says that a session or token does not hold.
func ended(err error) bool {
	refused, ok := errors.AsType[*api.Error](err)
	return ok && refused.Status == http.StatusUnauthorized
}

func (c *cli) whoamiCommand() *cobra.Command {
	return c.verb("whoami", "Show who you are and what you may do", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			me, err := o.Self(cmd.Context())
			if err != nil {
				return err
			}
			return c.result(me, "%s (%s), %s", me.Name, me.FullName, rolesText(me.Roles))
		})
	})
}

func (c *cli) proveCommand() *cobra.Command {
	var code string
	cmd := c.verb("prove", "Give a fresh code of your second factor, where a decision asks for one", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		if code == "" {
			var err error
			if code, err = c.ask("Code of your second factor, or a recovery code: "); err != nil {
				return err
			}
		}
		return c.withOffice(cmd.Context(), func(o *client.Client) error {
			if err := o.Prove(cmd.Context(), code); err != nil {
				return err
			}
			return c.result(api.Done{Done: true}, "It counts for 15 minutes.")
		})
	})
	cmd.Flags().StringVar(&code, "code", "", "the code; asked for without")
	return cmd
}

// key gives what the caller comes with: a token or key from the environment,
// or the session that they began.
func (c *cli) key() (string, error) {
	if key := setting("", "CLARION_TOKEN", ""); key != "" {
		return key, nil
	}
	return c.sessionKey()
}

// sessionKey gives the key of the session that the caller began; empty if
// nobody is named and nobody signed in.
func (c *cli) sessionKey() (string, error) {
	k, err := openKeyring()
	if err != nil {
		return "", err
	}
	place, err := c.place()
	if err != nil {
		return "", err
	}
	key := k.key(place, c.user())
	if key == "" && c.user() != "" {
		return "", fmt.Errorf("%s is not signed in here; sign in with `clarion login %s`", c.user(), c.user())
	}
	return key, nil
}
