package store

import (
	"context"
	"fmt"
)

// Account is how a person signs in.
type Account struct {
	Person     string
	Password   string // hashed; empty if none was chosen yet
	Factor     string // the second factor's secret; empty if there is none
	FactorStep int64  // the last one used
	Generation int64  // of the sessions that hold
}

const selectAccount = "SELECT person, password, factor, factor_step, generation FROM accounts WHERE person = ?"

// Account reads how a person signs in.
func (s *Store) Account(ctx context.Context, person string) (Account, error) {
	return account(ctx, s.read, person)
}

// Account reads how a person signs in.
func (t *Tx) Account(person string) (Account, error) { return account(t.ctx, t, person) }

func account(ctx context.Context, q querier, person string) (Account, error) {
	var a Account
	if err := row(ctx, q, selectAccount, []any{person}, &a.Person, &a.Password, &a.Factor, &a.FactorStep, &a.Generation); err != nil {
		return Account{}, fmt.Errorf("read an account: %w", err)
	}
	return a, nil
}

// SetPassword takes over a hashed password, ends every session and makes every
// reset link void.
func (t *Tx) SetPassword(person, hash string) error {
	if err := t.one("UPDATE accounts SET password = ?, generation = generation + 1 WHERE person = ?", hash, person); err != nil {
		return fmt.Errorf("set a password: %w", err)
	}
	if _, err := t.exec("DELETE FROM resets WHERE person = ?", person); err != nil {
		return fmt.Errorf("void reset links: %w", err)
	}
	return nil
}

// SetFactor takes over a second factor, none if it is empty, with its recovery
// codes, and ends every session.
func (t *Tx) SetFactor(person, secret string, step int64, codes []string) error {
	if err := t.one("UPDATE accounts SET factor = ?, factor_step = ?, generation = generation + 1 WHERE person = ?", secret, step, person); err != nil {
		return fmt.Errorf("set a second factor: %w", err)
	}
	if _, err := t.exec("DELETE FROM recovery_codes WHERE person = ?", person); err != nil {
		return fmt.Errorf("drop recovery codes: %w", err)
	}
	for _, code := range codes {
		if _, err := t.exec("INSERT INTO recovery_codes (person, hash) VALUES (?, ?)", person, code); err != nil {
			return fmt.Errorf("store recovery codes: %w", err)
		}
	}
	return nil
}

// UseFactor marks a step of a second factor as used; false if it was used
// meanwhile.
func (t *Tx) UseFactor(person string, step int64) (bool, error) {
	n, err := t.exec("UPDATE accounts SET factor_step = ? WHERE person = ? AND factor_step < ?", step, person, step)
	if err != nil {
		return false, fmt.Errorf("use a second factor: %w", err)
	}
	return n > 0, nil
}

// UseRecoveryCode takes a hashed code away; false if it is not one that is
// left.
func (t *Tx) UseRecoveryCode(person, hash string) (bool, error) {
	n, err := t.exec("DELETE FROM recovery_codes WHERE person = ? AND hash = ?", person, hash)
	if err != nil {
		return false, fmt.Errorf("use a recovery code: %w", err)
	}
	return n > 0, nil
}

// RecoveryCodesLeft counts a person's codes.
func (s *Store) RecoveryCodesLeft(ctx context.Context, person string) (int, error) {
	var n int
	if err := row(ctx, s.read, "SELECT count(*) FROM recovery_codes WHERE person = ?", []any{person}, &n); err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}

// EndSessions ends every session of a person.
func (t *Tx) EndSessions(person string) error {
	if _, err := t.exec("UPDATE accounts SET generation = generation + 1 WHERE person = ?", person); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}
