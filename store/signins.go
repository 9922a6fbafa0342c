package store

import (
	"fmt"

	"clarion/people"
)

// Attempts counts the failed sign-ins of late: of a hashed account and from an
// address. Older ones are dropped on the way.
func (t *Tx) Attempts(account, address string) (people.Attempts, error) {
	var a people.Attempts
	var lastAccount, lastAddress int64
	if _, err := t.exec("DELETE FROM failed_sign_ins WHERE at < ?", ms(t.now.Add(-people.AttemptWindow))); err != nil {
		return a, fmt.Errorf("drop old sign-ins: %w", err)
	}
	err := row(t.ctx, t, "SELECT count(*), coalesce(max(at), 0) FROM failed_sign_ins WHERE account = ?", []any{account}, &a.Account, &lastAccount)
	if err == nil {
		err = row(t.ctx, t, "SELECT count(*), coalesce(max(at), 0) FROM failed_sign_ins WHERE address = ?", []any{address}, &a.Address, &lastAddress)
	}
	if err != nil {
		return a, fmt.Errorf("count failed sign-ins: %w", err)
	}
	a.LastAccount, a.LastAddress = at(lastAccount), at(lastAddress)
	return a, nil
}

// RecordFailedSignIn counts one and gives its number.
func (t *Tx) RecordFailedSignIn(account, address string) (attempt int64, err error) {
	err = row(t.ctx, t, "INSERT INTO failed_sign_ins (account, address, at) VALUES (?, ?, ?) RETURNING id", []any{account, address, ms(t.now)}, &attempt)
	if err != nil {
		return 0, fmt.Errorf("record a failed sign-in: %w", err)
	}
	return attempt, nil
}

// ForgetAttempt forgets one that did not fail after all.
func (t *Tx) ForgetAttempt(attempt int64) error {
	if _, err := t.exec("DELETE FROM failed_sign_ins WHERE id = ?", attempt); err != nil {
		return fmt.Errorf("forget a sign-in: %w", err)
	}
	return nil
}

// ForgetFailedSignIns forgets those of an account that has signed in.
func (t *Tx) ForgetFailedSignIns(account string) error {
	if _, err := t.exec("DELETE FROM failed_sign_ins WHERE account = ?", account); err != nil {
		return fmt.Errorf("forget failed sign-ins: %w", err)
	}
	return nil
}
