package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func isNotFound(err error) bool { return errors.Is(err, lifecycle.ErrNotFound) }

// listView is the page of imports, with the form of a new one.
type listView struct {
	Form     uploadForm
	Kinds    []web.Option
	Models   []lifecycle.Model // of a vendor
	Imports  []lifecycle.Import
	At       map[string][]lifecycle.Reason // the same, by field
	Next     string
	Mistakes *lifecycle.Invalid
}

// uploadForm is what a person says of a file.
type uploadForm struct {
	Kind      string
	Reference string
	Brand     string
	Model     string
}

func (h *Handler) list(c echo.Context) error {
	p := web.Principal(c)
	list := kinds(p)
	if len(list) == 0 {
		return fmt.Errorf("imports of no kind: %w", lifecycle.ErrForbidden)
	}
	form := uploadForm{Kind: string(list[0])}
	return h.showList(c, http.StatusOK, form, nil)
}

func (h *Handler) showList(c echo.Context, status int, form uploadForm, wrong *lifecycle.Invalid) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.imports.List(ctx, p, page)
	if err != nil {
		return err
	}
	view := listView{Form: form, Imports: list, Next: web.NextCursor(next), Mistakes: wrong, At: byField(wrong)}
	for _, kind := range kinds(p) {
		view.Kinds = append(view.Kinds, web.Option{Value: string(kind), Message: "imports.kind." + string(kind)})
	}
	if view.Models, err = h.models(ctx, p); err != nil {
		return err
	}
	return h.pages.Render(c, status, "imports.html", view)
}

// models are those of a vendor, for rows that name none.
func (h *Handler) models(ctx context.Context, p access.Principal) ([]lifecycle.Model, error) {
	if !may(p, lifecycle.ImportUnits) {
		return nil, nil
	}
	models, _, err := h.imports.config.Store.Models(ctx, p.Org, lifecycle.Page{Limit: 200})
	if err != nil {
		return nil, fmt.Errorf("list models: %w", err)
	}
	return models, nil
}

// maxFormField is the longest field of the form beside the file.
const maxFormField = 1024

// receive takes the form with the file in it. The fields stand before the file,
// so nothing of the file is kept while they are read.
func (h *Handler) receive(c echo.Context) error {
	ctx, body := web.Upload(c)
	c.Request().Body = io.NopCloser(body)
	reader, err := c.Request().MultipartReader()
	if err != nil {
		return lifecycle.Mistake("Content-Type", "body.type")
	}
	form, file, err := readForm(reader)
	if err != nil {
		return err
	}
	in := Upload{
		Kind: lifecycle.ImportKind(form.Kind), Reference: form.Reference, Ask: true,
		Layout: lifecycle.ImportLayout{Brand: form.Brand, Model: lifecycle.ModelID(form.Model), DryRun: true},
	}
	var content io.Reader = strings.NewReader("")
	if file != nil {
		in.Name, content = file.FileName(), file
	}
	job, err := h.imports.Receive(ctx, web.Principal(c), in, content)
	if errors.Is(err, lifecycle.ErrKeyReused) {
		err = lifecycle.Mistake("reference", "import.reference-used")
	}
	if wrong := web.Mistakes(err); wrong != nil {
		_, _ = io.Copy(io.Discard, body) // a browser shows the answer once it has sent everything
		return h.showList(c, http.StatusUnprocessableEntity, form, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, pathOf(job.ID))
}

func pathOf(id lifecycle.ImportID) string { return "/imports/" + url.PathEscape(string(id)) }

// readForm reads the fields up to the file. Whoever gives an import no name has
// the hidden one, which is new with every form.
func readForm(reader *multipart.Reader) (form uploadForm, file *multipart.Part, err error) {
	spare := ""
	into := map[string]*string{
		"kind": &form.Kind, "reference": &form.Reference, "brand": &form.Brand, "model": &form.Model, "idempotency_key": &spare,
	}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return form, nil, fmt.Errorf("read form: %w", err)
		}
		if part.FormName() == "file" {
			file = part
			break
		}
		text, err := io.ReadAll(io.LimitReader(part, maxFormField))
		if err != nil {
			return form, nil, fmt.Errorf("read form: %w", err)
		}
		if to := into[part.FormName()]; to != nil {
			*to = strings.TrimSpace(strings.ToValidUTF8(string(text), "\uFFFD"))
		}
	}
	if form.Reference == "" {
		form.Reference = spare
	}
	return form, file, nil
}

// importView is the page of one import.
type importView struct {
	importBody
	Path    string
	Fields  []fieldView
	Columns []web.Option
	Sample  [][]string
	Models  []lifecycle.Model
	Sales   bool
	Open    bool // it can be cancelled
	Works   bool // a worker moves it on
	Ask     bool // its columns can be said
	Ready   bool // it can be started
	Errors  []lifecycle.ImportError
	Next    string
	Kept    int64
	Form    struct{ Brand, Model string }

	Mistakes *lifecycle.Invalid
	At       map[string][]lifecycle.Reason // the same, by field
}

// byField is where on a form each mistake shows.
func byField(wrong *lifecycle.Invalid) map[string][]lifecycle.Reason {
	by := map[string][]lifecycle.Reason{}
	if wrong != nil {
		for _, reason := range wrong.Reasons {
			by[reason.Field] = append(by[reason.Field], reason)
		}
	}
	return by
}

// fieldView is a field of ours and the column that it is read from.
type fieldView struct {
	Name, Column string
	Required     bool
}

func (h *Handler) page(c echo.Context) error {
	job, err := h.imports.Look(c.Request().Context(), web.Principal(c), idOf(c))
	if err != nil {
		return err
	}
	return h.show(c, http.StatusOK, job, nil)
}

func (h *Handler) show(c echo.Context, status int, job lifecycle.Import, wrong *lifecycle.Invalid) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	view := importView{
		importBody: bodyOf(job), Path: pathOf(job.ID), Sales: job.Kind == lifecycle.ImportSales, Open: !job.State.Final(),
		Works: job.State.Works(), Ready: job.State == lifecycle.ImportChecked, Kept: lifecycle.ImportErrorsKept, Mistakes: wrong,
		Ask: job.State == lifecycle.ImportColumns || job.State == lifecycle.ImportChecked,
	}
	view.Form.Brand, view.Form.Model = job.Layout.Brand, string(job.Layout.Model)
	var next string
	if view.Errors, next, err = h.imports.Errors(ctx, p, job.ID, page); err != nil {
		return err
	}
	view.Next = web.NextCursor(next)
	if view.Ask {
		if err := h.ask(ctx, p, job, &view); err != nil {
			return err
		}
	}
	view.At = byField(view.Mistakes)
	return h.pages.Render(c, status, "import.html", view)
}

// ask fills in what a person needs to say which column is which.
func (h *Handler) ask(ctx context.Context, p access.Principal, job lifecycle.Import, view *importView) (err error) {
	for _, field := range Fields(job.Kind) {
		view.Fields = append(view.Fields, fieldView{field.Name, job.Layout.Columns[field.Name], field.Required})
	}
	if view.Sample, err = h.imports.sample(ctx, job); err != nil {
		return err
	}
	if view.Models, err = h.models(ctx, p); err != nil {
		return err
	}
	if view.Mistakes != nil || job.State != lifecycle.ImportColumns {
		return nil
	}
	layout := job.Layout
	if err = h.imports.checkLayout(ctx, p, job.Kind, layout.Header, &layout); err != nil {
		if view.Mistakes = web.Mistakes(err); view.Mistakes != nil {
			return nil
		}
	}
	return err
}

// sample is the first rows of a file, for a person to see what is in which
// column.
func (i *Imports) sample(ctx context.Context, job lifecycle.Import) ([][]string, error) {
	in := i.reader(ctx, job, job.Layout.Start, job.Layout.FirstRow)
	var list [][]string
	for len(list) < 3 {
		record, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("show rows: %w", err)
		}
		if record.Fault != "" {
			continue
		}
		cells := make([]string, len(job.Layout.Header))
		for at := range cells {
			if at < len(record.Cells) {
				cells[at] = cut(strings.ToValidUTF8(record.Cells[at], "\uFFFD"), shownValue)
			}
		}
		list = append(list, cells)
	}
	return list, nil
}

func (h *Handler) assign(c echo.Context) error {
	in, err := web.Bind[assignInput](c)
	if err != nil {
		return err
	}
	ctx, p := c.Request().Context(), web.Principal(c)
	job, err := h.imports.Assign(ctx, p, idOf(c), in.layout())
	if wrong := web.Mistakes(err); wrong != nil {
		job.Layout.Columns, job.Layout.Brand, job.Layout.Model = in.layout().Columns, in.AllBrand, in.AllModel
		return h.show(c, http.StatusUnprocessableEntity, job, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, pathOf(job.ID))
}

func (h *Handler) start(c echo.Context) error {
	job, err := h.imports.Start(c.Request().Context(), web.Principal(c), idOf(c))
	if err != nil {
		return err
	}
	return web.SeeOther(c, pathOf(job.ID))
}

func (h *Handler) cancel(c echo.Context) error {
	job, err := h.imports.Cancel(c.Request().Context(), web.Principal(c), idOf(c))
	if err != nil {
		return err
	}
	return web.SeeOther(c, pathOf(job.ID))
}
