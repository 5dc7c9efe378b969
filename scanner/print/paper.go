package print

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/certificate/paper"
)

// Paper is the record of a certificate as its paper and its JSON say it.
func (p *Print) Paper(ctx context.Context, ref lifecycle.CertificateCode) (paper.Record, error) {
	f, err := p.find(ctx, Ref{Certificate: ref})
	if err != nil {
		return paper.Record{}, err
	}
	source := paper.Source{Issued: *f.issued, Snapshot: f.snapshot, Host: p.config.Host, Address: p.address(ref)}
	maker, err := p.config.Units.Organisation(ctx, f.snapshot.Unit.Vendor)
	if err != nil {
		return paper.Record{}, fmt.Errorf("name of the manufacturer: %w", err)
	}
	issuer, err := p.config.Units.Organisation(ctx, f.issued.Org)
	if err != nil {
		return paper.Record{}, fmt.Errorf("name of the issuer: %w", err)
	}
	source.Manufacturer, source.Organisation = maker.Name, issuer.Name
	text, err := p.config.Units.LabelOf(ctx, f.snapshot.Unit.ID)
	if err != nil {
		return paper.Record{}, fmt.Errorf("find label code: %w", err)
	}
	source.PropertyNumber = code.FormatLabelCode(text)
	record, err := paper.New(source)
	if err != nil {
		// Its kind is cut off: what is wrong is our record, not the request.
		return record, fmt.Errorf("read our own certificate: %w", errors.New(err.Error()))
	}
	return record, nil
}

func paperCode(c echo.Context) lifecycle.CertificateCode {
	return lifecycle.CertificateCode(web.Param(c, "code"))
}

func (h *Handler) paper(c echo.Context) error {
	record, err := h.print.Paper(c.Request().Context(), paperCode(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, record)
}

func (h *Handler) paperPDF(c echo.Context) error {
	record, err := h.print.Paper(c.Request().Context(), paperCode(c))
	if err != nil {
		return err
	}
	size, err := paper.ParseSize(c.QueryParam("size"))
	if err != nil {
		return err
	}
	document, err := paper.PDF(record, size, web.Words(c).Text)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `inline; filename="certificate.pdf"`)
	return c.Blob(http.StatusOK, "application/pdf", document)
}
