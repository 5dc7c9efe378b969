package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

const verifyCertificateUsage = `usage: quitclaim verify-certificate --key KEYS [flags] TEXT|FILE|-

Checks a certificate offline: the text of its QR code, a file that holds the text
or the bytes, or - for standard input.

  --key FILE|TEXT  pinned public keys, as the service printed them
  --serial SERIAL  the serial on the unit itself, to compare
  --epoch N        the unit's present epoch, to compare
`

// maxCertificate is how much of a file is read: a certificate has some 200
// bytes, its text some 300.
const maxCertificate = 64 << 10

// runVerifyCertificate checks one certificate without any network. It prints
// what the certificate says, and OK, or ends with an error that says why not.
func runVerifyCertificate(_ context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("verify-certificate", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	key := flags.String("key", "", "")
	serial := flags.String("serial", "", "")
	epoch := flags.Int64("epoch", 0, "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return errUsage{verifyCertificateUsage}
		}
		return err
	}
	if *key == "" || flags.NArg() != 1 {
		return errors.New("give the pinned keys by --key, and one certificate; see --help")
	}
	pinned, err := textOrFile(*key)
	if err != nil {
		return err
	}
	keys, err := certificate.ParsePublicKeys(pinned)
	if err != nil {
		return err
	}
	data, err := certificateBytes(flags.Arg(0), os.Stdin)
	if err != nil {
		return err
	}
	stated, err := certificate.Verify(data, keys)
	if err != nil {
		return err
	}
	printCertificate(stdout, stated, data)
	if err := compareCertificate(stated, *serial, lifecycle.Epoch(*epoch)); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "OK: the signature holds. Offline nobody can say whether the unit has moved on since.")
	return nil
}

// certificateBytes finds the certificate in what was given: a file or standard
// input with its text or bytes, or the text itself.
func certificateBytes(given string, stdin io.Reader) ([]byte, error) {
	var content []byte
	var err error
	if given == "-" {
		content, err = io.ReadAll(io.LimitReader(stdin, maxCertificate))
	} else {
		content, err = os.ReadFile(given)
	}
	switch {
	case err != nil && given == "-":
		return nil, fmt.Errorf("read standard input: %w", err)
	case err != nil:
		content = []byte(given) // no such file: it is the text itself
	}
	if bytes.HasPrefix(content, []byte("QC")) {
		if _, _, err := certificate.Parse(content); err == nil {
			return content, nil
		}
	}
	return certificate.FromText(string(content))
}

func printCertificate(out io.Writer, c certificate.Certificate, data []byte) {
	_, key, err := certificate.Parse(data)
	if err != nil {
		return // Verify has parsed it already
	}
	for _, row := range [][2]string{
		{"code", string(c.Code)},
		{"unit", c.Unit.Brand + "/" + c.Unit.Serial},
		{"model", c.Model},
		{"device key", hex.EncodeToString(c.Device[:])},
		{"epoch", fmt.Sprint(c.Epoch)},
		{"certified at", c.At.UTC().Format(time.RFC3339)},
		{"issuer", c.Issuer},
		{"accreditation", c.Accreditation},
		{"self-custody", fmt.Sprint(c.SelfCustody)},
		{"grade", string(c.Grade)},
		{"method", string(c.Method)},
		{"firmware", c.Firmware},
		{"waived", strings.Join(c.Waived, ", ")},
		{"signed by key", key.String()},
	} {
		fmt.Fprintf(out, "%-14s %s\n", row[0], row[1])
	}
}

// compareCertificate holds it against the unit: the serial as units are keyed,
// in either letter case, and the epoch.
func compareCertificate(c certificate.Certificate, serial string, epoch lifecycle.Epoch) error {
	var wrong []error
	if serial != "" && !c.Unit.Equal(lifecycle.UnitKey{Brand: c.Unit.Brand, Serial: serial}) {
		wrong = append(wrong, fmt.Errorf("the certificate is of serial %s, the unit has %s", c.Unit.Serial, serial))
	}
	if epoch != 0 && c.Epoch != epoch {
		wrong = append(wrong, fmt.Errorf("the certificate is of epoch %d, the unit is at %d: it is history", c.Epoch, epoch))
	}
	return errors.Join(wrong...)
}
