package webtest

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
)

// PostFiles sends a form with files in one field, as a page does.
func (c *Client) PostFiles(path string, form url.Values, field string, files ...[]byte) *Response {
	t := c.site.t
	t.Helper()
	var b bytes.Buffer
	writer := multipart.NewWriter(&b)
	for name, values := range form {
		for _, value := range values {
			if err := writer.WriteField(name, value); err != nil {
				t.Fatalf("write field: %v", err)
			}
		}
	}
	for _, file := range files {
		part, err := writer.CreateFormFile(field, "../../etc/passwd") // a name means nothing
		if err != nil {
			t.Fatalf("begin file: %v", err)
		}
		if _, err := part.Write(file); err != nil {
			t.Fatalf("write file: %v", err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatalf("end form: %v", err)
	}
	return c.PostBody(path, writer.FormDataContentType(), b.Bytes())
}

// PostBody sends bytes of a kind.
func (c *Client) PostBody(path, media string, body []byte) *Response {
	return c.do(http.MethodPost, path, media, string(body))
}
