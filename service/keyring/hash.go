package keyring

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// LookupHash is by what a person or a receipt is found although its value is
// sealed: the hex HMAC-SHA-256 of a value of one kind ("mail", "receipt").
// The caller brings the value into one spelling first, such as lower case.
func (r *Ring) LookupHash(kind, value string) string {
	return r.lookup.hash(bound("quitclaim/lookup/v1", kind, value))
}

// AccountHash is how an account of a cloud is remembered: it can be recognised
// when it is seen again, and says nothing to who has the database alone.
func (r *Ring) AccountHash(cloud, account string) string {
	return r.account.hash(bound("quitclaim/account/v1", cloud, account))
}

func (s secret) hash(message []byte) string {
	mac := hmac.New(sha256.New, s[:])
	mac.Write(message)
	return hex.EncodeToString(mac.Sum(nil))
}

// bound joins texts so that no two lists give the same bytes: each is preceded
// by its length. The first says what it is for.
func bound(texts ...string) []byte {
	var out []byte
	for _, text := range texts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(text)))
		out = append(out, text...)
	}
	return out
}
