package firmware

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	room  *Room
	pages *web.Pages
}

// NewHandler parses the room's pages.
func NewHandler(room *Room) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{room, pages}, nil
}

// Mount registers the room's routes.
func (h *Handler) Mount(r *web.Routes) {
	const api, page = "/v1/models/:id/firmware", "/admin/models/:id/firmware"
	r.GET(api, access.FirmwareManage, h.apiShelf)
	r.POST(api, access.FirmwareManage, h.apiEnter)
	r.POST(api+"/:version/withdraw", access.FirmwareManage, h.apiWithdraw)
	r.PUT(api+"/:version/file", access.FirmwareSend, h.apiReceive)
	r.POST("/v1/models/:id/firmware-keys", access.FirmwareManage, h.apiAddKey)
	r.POST("/v1/models/:id/firmware-keys/:key/end", access.FirmwareManage, h.apiEndKey)

	r.GET(page, access.FirmwareManage, h.shelf)
	r.POST(page, access.FirmwareManage, h.enter)
	r.POST(page+"/keys", access.FirmwareManage, h.addKey)
	r.POST(page+"/keys/:key/end", access.FirmwareManage, h.endKey)
	r.POST(page+"/:version/withdraw", access.FirmwareManage, h.withdraw)
	r.POST(page+"/:version/file", access.FirmwareSend, h.receive)

	r.GET("/firmware/:id/:digest", access.FirmwareRead, h.file)
}

func modelOf(c echo.Context) lifecycle.ModelID { return lifecycle.ModelID(web.Param(c, "id")) }

// year is how long a file may be kept: its address is its hash.
const year = 365 * 24 * time.Hour

// file sends a file to anybody: its hash is in the address.
func (h *Handler) file(c echo.Context) error {
	f, err := h.room.File(c.Request().Context(), modelOf(c), web.Param(c, "digest"))
	if err != nil {
		return err
	}
	web.Cacheable(c, year, true)
	header := c.Response().Header()
	header.Set(echo.HeaderContentLength, strconv.FormatInt(f.Bytes, 10))
	header.Set(echo.HeaderContentType, echo.MIMEOctetStream)
	header.Set(echo.HeaderContentDisposition, `attachment; filename="firmware-`+f.Version+`.bin"`)
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	ctx, to := web.Download(c)
	return h.room.Send(ctx, f, to)
}

// sent is the file that comes: the whole body, or the field "file" of a form.
func sent(c echo.Context) (context.Context, io.Reader, error) {
	ctx, body := web.Upload(c)
	media, params, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEMultipartForm {
		return ctx, body, nil
	}
	form := multipart.NewReader(body, params["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return ctx, nil, lifecycle.Mistake("file", "field.required")
		}
		if err != nil {
			return ctx, nil, fmt.Errorf("read form: %w", lifecycle.Mistake("file", "body.form"))
		}
		if part.FormName() == "file" {
			return ctx, part, nil
		}
	}
}

func (h *Handler) take(c echo.Context) error {
	ctx, file, err := sent(c)
	if err != nil {
		return err
	}
	return h.room.Receive(ctx, web.Principal(c), modelOf(c), web.Param(c, "version"), file)
}
