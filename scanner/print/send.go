package print

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"quitclaim/service/lifecycle"
)

func upper(host string) string { return strings.ToUpper(host) }

// Patience is how long a printer may take.
type Patience struct {
	Dial    time.Duration // until it takes the connection
	Write   time.Duration // until it has taken every byte
	Confirm time.Duration // until it closes the connection after the last one
}

func (p Patience) orUsual() Patience {
	if p == (Patience{}) {
		return Patience{Dial: 3 * time.Second, Write: 8 * time.Second, Confirm: 5 * time.Second}
	}
	return p
}

// Send sends a job to its printer: one that waits, or of which the printer surely
// got nothing. Any other is returned as it is. Once begun it is not sent again
// by itself, whatever becomes of the request, the printer or this process.
func (p *Print) Send(ctx context.Context, id lifecycle.PrintJobID, word string) (lifecycle.PrintJob, error) {
	job, err := p.Job(ctx, id)
	if err != nil || job.State != lifecycle.PrintWaiting && job.State != lifecycle.PrintFailed {
		return job, err
	}
	printer, err := p.printerOf(ctx, job)
	if err != nil {
		return job, err
	}
	labels, err := p.draw(ctx, job, word)
	if err != nil {
		return job, err
	}
	all, err := formats(labels, job)
	if err != nil {
		return job, err
	}
	begin := lifecycle.PrintMove{From: job.State, To: lifecycle.PrintSending, At: p.now()}
	moved, err := p.config.Jobs.MovePrintJob(ctx, job.Org, job.ID, begin)
	if err != nil {
		return job, fmt.Errorf("begin to send a print job: %w", err)
	}
	if moved {
		// Whoever asked may go; what was sent must still be written down.
		ctx = context.WithoutCancel(ctx)
		states := p.transmit(ctx, printer, all)
		end := lifecycle.PrintMove{From: lifecycle.PrintSending, To: whole(states), Labels: states, At: p.now()}
		if _, err := p.config.Jobs.MovePrintJob(ctx, job.Org, job.ID, end); err != nil {
			return job, fmt.Errorf("write down what was sent: %w", err)
		}
	}
	return p.Job(ctx, id)
}

// printerOf is the job's printer, if it is still there and still theirs.
func (p *Print) printerOf(ctx context.Context, job lifecycle.PrintJob) (Printer, error) {
	mine, err := p.Printers(ctx)
	if err != nil {
		return Printer{}, err
	}
	at := slices.IndexFunc(mine, func(one Printer) bool { return one.Name == job.Printer })
	if at < 0 || mine[at].DPI != job.DPI {
		return Printer{}, &lifecycle.Refusal{Event: "print", Reasons: []lifecycle.Reason{{Code: "print.printer-gone"}}}
	}
	return mine[at], nil
}

// whole is the state of a job by those of its labels: doubt about one is doubt.
func whole(states []lifecycle.PrintState) lifecycle.PrintState {
	switch {
	case slices.Contains(states, lifecycle.PrintDoubt):
		return lifecycle.PrintDoubt
	case slices.Contains(states, lifecycle.PrintFailed):
		return lifecycle.PrintFailed
	}
	return lifecycle.PrintSent
}

// transmit sends the formats and says what is known of each. A port that takes
// raw bytes answers nothing; that the printer closes the connection after the
// last byte is its word that it has them all.
func (p *Print) transmit(ctx context.Context, printer Printer, formats [][]byte) []lifecycle.PrintState {
	states := slices.Repeat([]lifecycle.PrintState{lifecycle.PrintFailed}, len(formats))
	begun, err := p.deliver(ctx, printer, formats)
	for i := range begun {
		states[i] = lifecycle.PrintDoubt
		if err == nil {
			states[i] = lifecycle.PrintSent
		}
	}
	if err != nil {
		p.config.Log.LogAttrs(ctx, slog.LevelWarn, "printer did not confirm",
			slog.String("printer", printer.Name), slog.Int("labels", len(formats)), slog.Int("begun", begun), slog.Any("error", err))
	}
	return states
}

// deliver writes the formats one by one. begun is how many the printer may have
// got something of.
func (p *Print) deliver(ctx context.Context, printer Printer, formats [][]byte) (begun int, err error) {
	patience := p.config.Patience
	waiting, cancel := context.WithTimeout(ctx, patience.Write)
	defer cancel()
	select {
	case p.busy[printer.Name] <- struct{}{}:
		defer func() { <-p.busy[printer.Name] }()
	case <-waiting.Done():
		return 0, fmt.Errorf("printer is busy: %w", waiting.Err())
	}
	dialer := net.Dialer{Timeout: patience.Dial}
	connection, err := dialer.DialContext(ctx, "tcp", printer.Address.String())
	if err != nil {
		return 0, fmt.Errorf("reach printer: %w", err)
	}
	defer connection.Close()
	writing, cancel := context.WithTimeout(ctx, patience.Write)
	defer cancel()
	until, _ := writing.Deadline()
	if err := connection.SetWriteDeadline(until); err != nil {
		return 0, fmt.Errorf("set deadline: %w", err)
	}
	for i, format := range formats {
		n, err := connection.Write(format)
		if n > 0 {
			begun = i + 1
		}
		if err != nil {
			return begun, fmt.Errorf("send label %d: %w", i+1, err)
		}
	}
	confirming, cancel := context.WithTimeout(ctx, patience.Confirm)
	defer cancel()
	until, _ = confirming.Deadline()
	return begun, confirm(connection, until)
}

var errNotConfirmed = errors.New("the printer did not close the connection")

// confirm says that nothing follows, and waits for the printer to say the same.
// What it may answer meanwhile is nothing to us, and limited.
func confirm(connection net.Conn, until time.Time) error {
	half, ok := connection.(interface{ CloseWrite() error })
	if !ok {
		return errNotConfirmed
	}
	if err := half.CloseWrite(); err != nil {
		return fmt.Errorf("end of the labels: %w", err)
	}
	if err := connection.SetReadDeadline(until); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	const most = 64 << 10
	n, err := io.Copy(io.Discard, io.LimitReader(connection, most))
	if err == nil && n == most {
		err = errNotConfirmed
	}
	if err != nil {
		return fmt.Errorf("wait for the printer: %w", err)
	}
	return nil
}
