package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	// downloadPiece is written at once, downloadPause how long its reader may take
	// for it: the slowest line of a telephone passes, who stands still is let go.
	downloadPiece = 32 << 10
	downloadPause = 30 * time.Second
)

// Download is where an answer goes that takes as long as its reader's line
// takes, and a context that ends with the request alone: under the limits of
// other requests a long file would break off on a slow line, every time. The
// handler writes it as it is read: nothing keeps it in memory.
func Download(c echo.Context) (context.Context, io.Writer) {
	ctx := c.Request().Context()
	if untimed, ok := ctx.Value(untimedKey{}).(context.Context); ok {
		ctx = untimed
	}
	control := http.NewResponseController(c.Response())
	_ = control.SetWriteDeadline(time.Time{}) // not every writer has deadlines (tests)
	return ctx, &download{to: c.Response(), control: control}
}

type download struct {
	to      io.Writer
	control *http.ResponseController
}

// Write implements io.Writer.
func (d *download) Write(p []byte) (written int, err error) {
	for len(p) > 0 && err == nil {
		var n int
		n, err = d.piece(p[:min(len(p), downloadPiece)])
		written, p = written+n, p[n:]
	}
	return written, err
}

func (d *download) piece(p []byte) (int, error) {
	// A deadline long past ends a write that hangs; that needs no clock.
	watchdog := time.AfterFunc(downloadPause, func() { _ = d.control.SetWriteDeadline(time.Unix(1, 0)) })
	defer watchdog.Stop()
	return d.to.Write(p)
}
