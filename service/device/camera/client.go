package camera

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// answerMost is the longest answer that a camera reads.
const answerMost = 64 << 10

// errNetwork: no answer, or half of one.
var errNetwork = errors.New("the server cannot be reached")

// refusal is an answer that is not 200.
type refusal struct {
	status int
	after  time.Duration
}

// Error says the status; the body is for people with a screen.
func (r *refusal) Error() string { return fmt.Sprintf("the server answers %d", r.status) }

func (r *refusal) outcome() outcome {
	switch {
	case r.status == http.StatusPreconditionFailed:
		return advanced
	case r.status == http.StatusNotFound:
		return unknown
	case r.status == http.StatusTooManyRequests || r.status >= http.StatusInternalServerError:
		return later
	}
	return done
}

// retryAfter is how long the server wants it to wait.
func retryAfter(err error) time.Duration {
	var refused *refusal
	if !errors.As(err, &refused) {
		return 0
	}
	return min(refused.after, longestWait)
}

// post sends a message and reads the answer.
func post[T any](ctx context.Context, c *Camera, path string, message any) (T, error) {
	var answer T
	body, err := json.Marshal(message)
	if err != nil {
		return answer, fmt.Errorf("camera: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return answer, fmt.Errorf("camera: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.config.HTTP.Do(request)
	if err != nil {
		return answer, fmt.Errorf("%w: %w", errNetwork, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, answerMost))
	if err != nil {
		return answer, fmt.Errorf("%w: %w", errNetwork, err)
	}
	if response.StatusCode != http.StatusOK {
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // none: 0
		return answer, &refusal{status: response.StatusCode, after: time.Duration(max(seconds, 0)) * time.Second}
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return answer, fmt.Errorf("%w: it answers something else: %w", errNetwork, err)
	}
	return answer, nil
}

// wait is a timer that ends with ctx.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
