package store

import (
	"context"
	"fmt"
	"testing"
)

// TestInsertAll holds that every row is there, below, at and above what one
// statement adds, and that one that can't be written fails the transaction,
// wherever it stands.
func TestInsertAll(t *testing.T) {
	t.Parallel()
	b := openBundle(t, t.TempDir())
	defer b.close()
	for _, test := range []struct {
		rows, twice int // which row has the key of the first; 0: none
		want        bool
	}{
		{19, 0, true},
		{20, 0, true},
		{21, 0, true},
		{60, 0, true},
		{20, 19, false}, // among many
		{21, 20, false}, // alone
		{60, 59, false},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			before := b.metas(t)
			err := b.store.update(context.Background(), b.now, func(tx *Tx) error {
				var values []any
				for i := range test.rows {
					if test.twice > 0 && i == test.twice {
						i = 0
					}
					values = append(values, fmt.Sprintf("%v/%d", test, i), "a value")
				}
				return tx.insertAll("meta (key, value)", 2, values)
			})
			want := before
			if test.want {
				want += test.rows
			}
			if got := b.metas(t); (err == nil) != test.want || got != want {
				t.Errorf("%d rows, want %d; %v", got, want, err)
			}
		})
	}
}

func (b *bundle) metas(t *testing.T) (n int) {
	t.Helper()
	if err := row(context.Background(), b.store.read, "SELECT count(*) FROM meta", nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
