// Quitclaim makes a returned camera let go of its last owner, and proves it.
//
// This is the roof: it reads the configuration, opens the store, wires every
// room to what it needs and serves. It decides nothing about a unit; rules are
// in service/lifecycle.
//
// # Direct dependencies, and why each is here
//
//	labstack/echo/v4             HTTP routing and middleware (service/web)
//	go-playground/validator/v10  the shape of requests (service/web)
//	mattn/go-sqlite3             the embedded database (service/store)
//	jackc/pgx/v5                 the database on a PostgreSQL server (service/store)
//	skip2/go-qrcode              QR codes of labels and certificates (scanner/label)
//	codeberg.org/go-pdf/fpdf     PDF of labels and certificates (scanner/label, warehouse/certificate/paper)
//	robfig/cron/v3               when sweeps run (service/sweep)
//	alexedwards/scs/v2           sessions of the pages (service/web)
//	alexedwards/argon2id         passwords (service/access)
//	go-webauthn/webauthn         passkeys (service/admin/passkey)
//	coreos/go-oidc/v3            discovery, keys and id tokens of OpenID providers (service/admin/oidc)
//	golang.org/x/oauth2          the code flow and PKCE with them (service/admin/oidc)
//	fxamacker/cbor/v2            canonical bytes of certificates (warehouse/certificate)
//	gofrs/flock                  one writer per data directory (service/store)
//	golang.org/x/mod             Merkle tree and signed notes of the ledger (service/ledger)
//	transparency-dev/formats     C2SP checkpoint and proof texts (service/ledger)
//	golang.org/x/crypto          sealing of personal data (service/keyring)
//	golang.org/x/image           the lettering of PNG labels (scanner/label)
//	golang.org/x/text            a reader's language, its plurals and numbers (service/web)
//	golang.org/x/time            rate limits (service/device)
//	makiuchi-d/gozxing           QR and DataMatrix codes in pictures (scanner/photo)
//	wneessen/go-mail             mails and their hand-over by SMTP (service/notify/mail)
//	SherClockHolmes/webpush-go   pushes, encrypted for one browser (service/notify/push)
//
// In tests only:
//
//	Shopify/toxiproxy/v2         a network that loses, delays and cuts (service/story)
//	rs/zerolog                   nothing: toxiproxy wants a logger, and gets a silent one
//	anishathalye/porcupine       whether concurrent answers could have been given in turn
//	transparency-dev/merkle      a second implementation checks our proofs
//	pgregory.net/rapid           histories nobody thought of
//	chromedp/chromedp, cdproto   the pages, in a real browser
//	descope/virtualwebauthn      passkeys without a browser (service/web/webtest)
//	zitadel/oidc/v3              a real OpenID provider (service/admin/oidc)
//	go-jose/go-jose/v4           the names of that provider's key types (service/admin/oidc)
//	google/go-cmp                differences one can read
package main
