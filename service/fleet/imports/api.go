package imports

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// importBody is an import in JSON.
type importBody struct {
	ID        lifecycle.ImportID     `json:"id"`
	Reference string                 `json:"reference"`
	Kind      lifecycle.ImportKind   `json:"kind"`
	Format    lifecycle.ImportFormat `json:"format"`
	State     lifecycle.ImportState  `json:"state"`
	Name      string                 `json:"name,omitempty"`
	Digest    string                 `json:"digest,omitempty"` // hex SHA-256 of the file as it was sent
	Bytes     int64                  `json:"bytes"`
	Offset    int64                  `json:"offset"`
	Percent   int                    `json:"percent"`
	lifecycle.ImportCounts
	Failure   string            `json:"failure,omitempty"`
	DryRun    bool              `json:"dry_run"`
	Header    []string          `json:"header"`
	Columns   map[string]string `json:"columns"`
	Brand     string            `json:"all_brand,omitempty"`
	Model     lifecycle.ModelID `json:"all_model,omitempty"`
	CreatedAt web.Time          `json:"created_at"`
	ChangedAt web.Time          `json:"changed_at"`
	EndedAt   web.Time          `json:"ended_at"`
}

func bodyOf(job lifecycle.Import) importBody {
	return importBody{
		ID: job.ID, Reference: job.Reference, Kind: job.Kind, Format: job.Format, State: job.State, Name: job.Name,
		Digest: job.Digest, Bytes: job.Bytes, Offset: job.Offset, Percent: percent(job), ImportCounts: job.Counts, Failure: job.Failure,
		DryRun: job.Layout.DryRun, Header: job.Layout.Header, Columns: job.Layout.Columns, Brand: job.Layout.Brand, Model: job.Layout.Model,
		CreatedAt: web.Time(job.CreatedAt), ChangedAt: web.Time(job.ChangedAt), EndedAt: web.Time(job.EndedAt),
	}
}

// percent is how much of the file has been worked.
func percent(job lifecycle.Import) int {
	switch {
	case job.State == lifecycle.ImportDone || job.State == lifecycle.ImportChecked:
		return 100
	case job.Bytes == 0:
		return 0
	}
	return int(min(job.Offset*100/job.Bytes, 99))
}

// apiReceive takes a file as the body. What is said of it stands in the query,
// for the body is the file and nothing else. The reference may also come as the
// Idempotency-Key: it is one, and good for longer.
func (h *Handler) apiReceive(c echo.Context) error {
	query := c.QueryParams()
	in := Upload{
		Kind: lifecycle.ImportKind(query.Get("kind")), Format: lifecycle.ImportFormat(query.Get("format")),
		Reference: query.Get("reference"), Name: query.Get("name"),
		Layout: lifecycle.ImportLayout{
			Columns: map[string]string{}, Brand: query.Get("all_brand"), Model: lifecycle.ModelID(query.Get("all_model")),
			DryRun: query.Get("dry_run") == "true",
		},
	}
	if in.Reference == "" {
		in.Reference = strings.Trim(c.Request().Header.Get("Idempotency-Key"), `"`)
	}
	for name, values := range query {
		if field, ok := strings.CutPrefix(name, "column."); ok && len(values) == 1 {
			in.Layout.Columns[field] = values[0]
		}
	}
	if in.Format == "" && strings.HasPrefix(c.Request().Header.Get(echo.HeaderContentType), "application/x-ndjson") {
		in.Format = lifecycle.ImportNDJSON
	}
	ctx, body := web.Upload(c)
	job, err := h.imports.Receive(ctx, web.Principal(c), in, body)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, bodyOf(job))
}

func (h *Handler) apiList(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	ctx, p := c.Request().Context(), web.Principal(c)
	if reference := c.QueryParam("reference"); reference != "" {
		job, err := h.imports.config.Store.ImportByReference(ctx, p.Org, reference)
		if err == nil && own(p, job) {
			return web.JSON(c, http.StatusOK, web.NewList([]importBody{bodyOf(job)}, ""))
		}
		if err == nil || isNotFound(err) {
			return web.JSON(c, http.StatusOK, web.NewList[importBody](nil, ""))
		}
		return err
	}
	list, next, err := h.imports.List(ctx, p, page)
	if err != nil {
		return err
	}
	items := make([]importBody, len(list))
	for i, job := range list {
		items[i] = bodyOf(job)
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, web.NextCursor(next)))
}

func (h *Handler) apiImport(c echo.Context) error {
	return h.answer(c)(h.imports.Look(c.Request().Context(), web.Principal(c), idOf(c)))
}

// answer writes an import, or passes on the error.
func (h *Handler) answer(c echo.Context) func(lifecycle.Import, error) error {
	return func(job lifecycle.Import, err error) error {
		if err != nil {
			return err
		}
		return web.JSON(c, http.StatusOK, bodyOf(job))
	}
}

func (h *Handler) apiStart(c echo.Context) error {
	return h.answer(c)(h.imports.Start(c.Request().Context(), web.Principal(c), idOf(c)))
}

func (h *Handler) apiCancel(c echo.Context) error {
	return h.answer(c)(h.imports.Cancel(c.Request().Context(), web.Principal(c), idOf(c)))
}

func (h *Handler) apiAssign(c echo.Context) error {
	in, err := web.Bind[assignInput](c)
	if err != nil {
		return err
	}
	return h.answer(c)(h.imports.Assign(c.Request().Context(), web.Principal(c), idOf(c), in.layout()))
}

// errorBody is one mistake in one row.
type errorBody struct {
	Row    int64             `json:"row"`
	Column string            `json:"column,omitempty"`
	Code   string            `json:"code"`
	Detail string            `json:"detail"`
	Args   map[string]string `json:"args,omitempty"`
	Value  string            `json:"value,omitempty"`
}

func (h *Handler) apiErrors(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.imports.Errors(c.Request().Context(), web.Principal(c), idOf(c), page)
	if err != nil {
		return err
	}
	items := make([]errorBody, len(list))
	for i, e := range list {
		items[i] = errorBody{e.Row, e.Column, e.Code, web.Words(c).Text(e.Code, e.Args), e.Args, e.Value}
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, web.NextCursor(next)))
}
