package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/robfig/cron/v3"

	"clarion/office"
)

// headsName is the file in which the ledger's heads are kept, one JSON object
// a line, so that they can be copied elsewhere.
const headsName = "ledger-heads.jsonl"

// maxHeadGap is the longest time between two exports of the ledger's head.
const maxHeadGap = time.Hour

// keepHouse runs what recurs.
func (d *Daemon) keepHouse() error {
	every, err := cron.ParseStandard(d.options.Config.Ledger.ExportEvery)
	if err != nil {
		return fmt.Errorf("read ledger.export_every: %w", err)
	}
	house := cron.New(cron.WithLocation(time.UTC))
	house.Schedule(atLeastHourly{every}, cron.FuncJob(d.exportHead))
	house.Schedule(cron.Every(time.Minute), cron.FuncJob(d.expireHeld))
	house.Schedule(cron.Every(time.Minute), cron.FuncJob(d.holdGone))
	house.Schedule(cron.Every(time.Minute), cron.SkipIfStillRunning(cron.DiscardLogger)(cron.FuncJob(d.watch.daily)))
	house.Schedule(cron.Every(time.Hour), cron.FuncJob(d.pruneDeliveries))
	house.Schedule(cron.Every(time.Hour), cron.FuncJob(d.forgetRequests))
	d.exportHead()
	house.Start()
	d.onClose("housekeeping", func(ctx context.Context) error {
		select {
		case <-house.Stop().Done():
		case <-ctx.Done():
		}
		d.exportHead()
		return nil
	})
	return nil
}

// atLeastHourly keeps a schedule from leaving more than an hour.
type atLeastHourly struct{ schedule cron.Schedule }

// Next gives the schedule's next instant, or an hour from now.
func (s atLeastHourly) Next(now time.Time) time.Time {
	next, latest := s.schedule.Next(now), now.Add(maxHeadGap)
	if next.IsZero() || next.After(latest) {
		return latest
	}
	return next
}

// expireHeld ends what is held and no longer worth sending.
func (d *Daemon) expireHeld() {
	n, err := d.store.ExpireHeld(context.Background(), time.Now())
	if err != nil {
		d.observer.Trouble("expire what is held", err)
	}
	if n > 0 {
		d.log.Warn().Str("event", "expired").Int("messages", n).Str("says", "messages expired while they were held").Send()
	}
}

// forgetRequests drops the keys and answers of old requests.
func (d *Daemon) forgetRequests() {
	if err := d.office.ForgetRequests(context.Background(), time.Now()); err != nil {
		d.observer.Trouble("forget old requests", err)
	}
}

// holdGone holds what is due by channels that are no longer configured.
func (d *Daemon) holdGone() {
	stopped, err := d.office.HoldGone(context.Background(), time.Now())
	if err != nil {
		d.observer.Trouble("hold what is due by channels that are gone", err)
	}
	for _, s := range stopped {
		d.observer.Stopped(s)
	}
}

// exportHead writes the ledger's heads to the log and the file.
func (d *Daemon) exportHead() {
	heads, err := d.office.View(office.Owner()).Heads(context.Background())
	if err != nil {
		d.observer.Trouble("read the ledger's head", err)
		return
	}
	if len(heads) == 0 {
		return
	}
	head := heads[len(heads)-1]
	d.log.Info().Str("event", "ledger_head").Str("writer", head.Writer).Int64("number", head.Number).Str("hash", head.Hash).Str("says", "ledger head").Send()
	line, err := json.Marshal(head)
	if err == nil {
		err = appendDurably(d.headsPath(), append(line, '\n'))
	}
	if err != nil {
		d.observer.Trouble("export the ledger's head", err)
	}
}

// checkHeads refuses a ledger.dir in which no heads can be kept.
func (d *Daemon) checkHeads() error {
	if err := appendDurably(d.headsPath(), nil); err != nil {
		return fmt.Errorf("keep the ledger's heads: %w; make the folder and let this user write to it, or correct ledger.dir in the configuration", err)
	}
	return nil
}

func (d *Daemon) headsPath() string {
	dir := d.options.Config.Ledger.Dir
	if dir == "" {
		dir = d.options.Dir
	}
	return filepath.Join(dir, headsName)
}

func appendDurably(path string, line []byte) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	_, err = f.Write(line)
	return errors.Join(err, f.Sync(), f.Close())
}
