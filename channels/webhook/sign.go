package webhook

import (
	"errors"
	"fmt"

	"clarion/channels"
	"clarion/channels/receiver"
)

// newSigners takes the secrets of a key, or says what is wrong with each.
func newSigners(key string, secrets ...channels.Secret) (receiver.Signers, error) {
	var list receiver.Signers
	var faults []error
	for i, s := range secrets {
		signer, says := receiver.NewSigner(s)
		if says != "" {
			if len(secrets) > 1 {
				says = fmt.Sprintf("number %d %s", i+1, says)
			}
			faults = append(faults, fault(key, says, `write "whsec_" and 24 to 64 random bytes in base64; docs/webhook.md shows how to make one`))
		}
		list = append(list, signer)
	}
	return list, errors.Join(faults...)
}
