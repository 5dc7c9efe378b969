package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// uploadPause is how long an upload may stand still. One that only trickles in
// would hold a place for days.
const uploadPause = 30 * time.Second

// Upload is the body of a request that takes as long as it takes, and a context
// that ends with the request alone. The handler reads it as it comes: nothing
// keeps it in memory. Its route takes no Idempotency-Key, for nobody has
// digested the body before; what makes a second one harmless is the handler's
// to say.
func Upload(c echo.Context) (context.Context, io.Reader) {
	ctx := c.Request().Context()
	if untimed, ok := ctx.Value(untimedKey{}).(context.Context); ok {
		ctx = untimed
	}
	control := http.NewResponseController(c.Response())
	// The server's limits are for requests that end soon. Not every writer has
	// deadlines (tests), so errors do not matter here.
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Time{})
	return ctx, &upload{body: c.Request().Body, control: control}
}

type upload struct {
	body    io.Reader
	control *http.ResponseController
}

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	// A deadline long past ends a read that hangs; that needs no clock.
	watchdog := time.AfterFunc(uploadPause, func() { _ = u.control.SetReadDeadline(time.Unix(1, 0)) })
	defer watchdog.Stop()
	n, err := u.body.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // io.Reader's own contract
		return n, fmt.Errorf("read upload: %w", err)
	}
	return n, err
}
