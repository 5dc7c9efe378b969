package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// boxes are who has a mailbox. What is taken for gone@ is reported afterwards as
// undeliverable; quitclaim@ gets the reports.
func boxes(more []string) (list string, domains string) {
	var boxes, names []string
	for _, address := range more {
		user, domain, _ := strings.Cut(address, "@")
		boxes, names = append(boxes, "{"+address+" = "+user+"/}"), append(names, domain)
	}
	for _, user := range []string{"ada", "ben", "slow", "policy", "gone"} {
		boxes = append(boxes, "{"+user+"@"+Readers+" = "+user+"/}")
	}
	boxes = append(boxes, "{quitclaim@"+Ours+" = quitclaim/}")
	return strings.Join(boxes, ", "), strings.Join(append(names, Readers, Ours), ", ")
}

// main is postconf(5). Nobody but boxes has a mailbox.
func (s *Server) main(options Options) string {
	answers := []string{"{devnull@" + Readers + " = 550 5.1.1 no such mailbox}"}
	for recipient, answer := range options.Answers {
		answers = append(answers, "{"+recipient+" = "+answer+"}")
	}
	list, domains := boxes(options.Boxes)
	return strings.NewReplacer("DIR", s.dir, "READERS", Readers, "OURS", Ours, "BOXES", list, "DOMAINS", domains, "ANSWERS", strings.Join(answers, ", ")).Replace(`
compatibility_level = 3.6
queue_directory = DIR/queue
data_directory = DIR/data
maillog_file = /dev/stdout
myhostname = mx.OURS
mydestination =
local_recipient_maps =
inet_protocols = ipv4
inet_interfaces = loopback-only
mynetworks = 127.0.0.0/8
recipient_delimiter = +
virtual_mailbox_domains = DOMAINS
virtual_mailbox_base = DIR/mail
virtual_mailbox_maps = inline:{ BOXES }
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 1
transport_maps = inline:{ {gone@READERS = nouser:} }
nouser_destination_recipient_limit = 1
default_transport = error:5.4.4 nothing leaves this machine
relay_transport = error:5.4.4 nothing leaves this machine
smtpd_recipient_restrictions = check_recipient_access inline:{ ANSWERS }, permit_mynetworks, reject
smtpd_peername_lookup = no
smtp_tls_security_level = none
`)
}

// master is master(5): what a mail from the network into a mailbox needs.
func (s *Server) master() string {
	lines := []string{
		s.Addr + " inet n - n - - smtpd",
		"cleanup unix n - n - 0 cleanup",
		"qmgr unix n - n 300 1 qmgr",
		"tlsmgr unix - - n 1000? 1 tlsmgr",
		"rewrite unix - - n - - trivial-rewrite",
		"bounce unix - - n - 0 bounce",
		"defer unix - - n - 0 bounce",
		"trace unix - - n - 0 bounce",
		"verify unix - - n - 1 verify",
		"error unix - - n - - error",
		"retry unix - - n - - error",
		"virtual unix - n n - - virtual",
		"anvil unix - - n - 1 anvil",
		"proxymap unix - - n - - proxymap",
		"postlog unix-dgram n - n - 1 postlogd",
		"nouser unix - n n - - pipe flags= user=nobody argv=" + filepath.Join(s.dir, "nouser"),
	}
	return strings.Join(lines, "\n") + "\n"
}

// certificate makes one for 127.0.0.1 and says so to Postfix.
func (s *Server) certificate(t testing.TB) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx." + Ours}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(parsed)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	chain := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	name := filepath.Join(s.dir, "etc", "tls.pem")
	if err := os.WriteFile(name, chain, 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("smtpd_tls_security_level = may\nsmtpd_tls_chain_files = %s\n", name)
}
