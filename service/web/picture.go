package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// A picture of ten megabytes is a hundred when it is decoded. So pictures are
// let in one by one: a few may arrive at once, for telephones are slow, and
// two are worked on at once (DESIGN section 7).
const (
	maxPicture       = 10 << 20
	pictureAround    = maxBody // the other fields of its form
	picturesArriving = 8
	picturesWorked   = 2
)

// turns is who may have a picture here.
type turns struct{ arriving, worked chan struct{} }

func newTurns() turns {
	return turns{make(chan struct{}, picturesArriving), make(chan struct{}, picturesWorked)}
}

// takePictures lets a route whose rule says so take a picture: alone as the
// body, or in a form. It comes behind authorise: who may not send one never
// gets a turn.
func (s *Server) takePictures(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !SendsPicture(c) {
			return next(c)
		}
		ctx := c.Request().Context()
		leave, err := s.enter(ctx, s.pictures.arriving)
		if err != nil {
			return err
		}
		defer leave()
		body, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return fmt.Errorf("read picture: %w", err)
		}
		c.Request().Body = io.NopCloser(bytes.NewReader(body))
		done, err := s.enter(ctx, s.pictures.worked)
		if err != nil {
			return err
		}
		defer done()
		return next(c)
	}
}

// enter waits for a turn, though not for long; then the sender is asked to come
// back.
func (s *Server) enter(ctx context.Context, turn chan struct{}) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.PictureWait)
	defer cancel()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("no turn for a picture: %w", lifecycle.ErrBusy)
	}
}

// SendsPicture reports whether the body may hold a picture.
func SendsPicture(c echo.Context) bool {
	media, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	return err == nil && (media == echo.MIMEMultipartForm || strings.HasPrefix(media, "image/"))
}

// bodyLimit is how much a request for this action may send.
func (s *Server) bodyLimit(c echo.Context, action access.Action, rule access.Rule) int64 {
	limit := int64(maxBody)
	if more, ok := s.config.BodyLimits[action]; ok {
		limit = more
	}
	if rule.Pictures && SendsPicture(c) {
		limit = max(limit, maxPicture+pictureAround)
	}
	return limit
}

// Picture is the bytes of the picture that was sent: in this field of a form,
// or as the whole body. found is false where none was sent; a browser sends an
// empty file for a field left out. What the bytes are is for scanner/photo to
// find out: neither the name nor the declared kind of a file means anything.
func Picture(c echo.Context, field string) (picture []byte, found bool, err error) {
	if !isForm(c) {
		if !SendsPicture(c) {
			return nil, false, nil
		}
		body, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return nil, false, fmt.Errorf("read picture: %w", err)
		}
		return body, true, nil
	}
	if _, err := c.FormParams(); err != nil {
		return nil, false, fmt.Errorf("read form: %w", asInvalid(err, "body.form"))
	}
	form := c.Request().MultipartForm
	if form == nil || len(form.File[field]) == 0 {
		return nil, false, nil
	}
	files := form.File[field]
	if len(files) > 1 {
		var invalid lifecycle.Invalid
		invalid.Add(field, "field.twice")
		return nil, false, invalid.Err()
	}
	if files[0].Size == 0 {
		return nil, false, nil
	}
	picture, err = readFile(files[0])
	return picture, err == nil, err
}

func readFile(header *multipart.FileHeader) (content []byte, err error) {
	file, err := header.Open()
	if err != nil {
		return nil, fmt.Errorf("open sent file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	content, err = io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read sent file: %w", err)
	}
	return content, nil
}
