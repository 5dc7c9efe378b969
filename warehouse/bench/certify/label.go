package certify

import (
	"context"
	"time"

	"quitclaim/scanner/label"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// The certificate's label: 62 by 29 mm, the commonest die-cut address label
// (Brother DK-11209). A QR code of version 13 fits it at three dots a module
// of a 203 dpi printer.
const labelWidthMM, labelHeightMM = 62, 29

// Label is the label that goes on the box.
func (r *Room) Label(ctx context.Context, code lifecycle.CertificateCode) (label.Label, error) {
	found, err := r.Certificate(ctx, code)
	if err != nil {
		return label.Label{}, err
	}
	return r.labelOf(found), nil
}

// labelOf has the whole certificate in the QR code, and what a person needs to
// hold it against the unit. Nobody's name is on it.
func (r *Room) labelOf(found Certified) label.Label {
	stated := found.Stated
	drawn := label.Certificate(label.Proof{
		Text: r.qrText(found.Certificate), Code: string(stated.Code), Model: stated.Model, Serial: stated.Unit.Serial,
		Issuer: stated.Issuer, Day: stated.At.Format(time.DateOnly), Grade: stated.Grade, Epoch: stated.Epoch, Waived: stated.Waived,
	})
	drawn.WidthMM, drawn.HeightMM = labelWidthMM, labelHeightMM
	return drawn
}

// qrText is what the certificate's QR code says.
func (r *Room) qrText(c lifecycle.Certificate) string {
	return certificate.Text(r.config.Host, c.Bytes)
}
