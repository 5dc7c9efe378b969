package oidc

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
)

// minModulus is the shortest RSA modulus that signs for us, in bytes: RFC 7518
// section 3.3 wants 2048 bits, and the library takes any.
const minModulus = 2048 / 8

// keysClient is client for a provider's keys: those that are too short are none.
func (c *caller) keysClient() *http.Client {
	client := c.client()
	client.Transport = strongKeys{c}
	return client
}

// strongKeys leaves out of an answer the keys that are too short.
type strongKeys struct{ inner http.RoundTripper }

// RoundTrip is http.RoundTripper's.
func (s strongKeys) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := s.inner.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	body = withoutShortKeys(body)
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return answer, nil
}

// withoutShortKeys is a key set (RFC 7517 section 5) without RSA keys that are
// too short. What is no key set stays as it is, for the library to refuse.
func withoutShortKeys(body []byte) []byte {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(body, &set) != nil || set.Keys == nil {
		return body
	}
	strong := make([]json.RawMessage, 0, len(set.Keys))
	for _, raw := range set.Keys {
		var key struct {
			Type    string `json:"kty"`
			Modulus string `json:"n"`
		}
		if json.Unmarshal(raw, &key) != nil || key.Type == "RSA" && modulus(key.Modulus) < minModulus {
			continue
		}
		strong = append(strong, raw)
	}
	set.Keys = strong
	text, err := json.Marshal(set)
	if err != nil {
		return nil
	}
	return text
}

// modulus is the length of a number in bytes, without zeros before it.
func modulus(text string) int {
	number, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0
	}
	return len(bytes.TrimLeft(number, "\x00"))
}
