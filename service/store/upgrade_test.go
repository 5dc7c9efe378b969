package store_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"quitclaim/service/store/storetest"
)

// oldReleases are those whose databases lie in testdata.
func oldReleases(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/release-*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no old releases: %v", err)
	}
	return names
}

// unpack puts the data directory of an old release into dir, and gives the
// lives that stopped there.
func unpack(t *testing.T, release, dir string) storetest.Lives {
	t.Helper()
	packed, err := os.Open(filepath.Join(release, "data.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(plain)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeDir {
			continue
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.Clean("/"+header.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "lives.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lives storetest.Lives
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&lives); err != nil {
		t.Fatal(err)
	}
	return lives
}

// clockOf is a clock that stands a little after the lives stopped.
func clockOf(lives storetest.Lives) *storetest.Clock {
	clock := storetest.NewClock()
	clock.Add(lives.Now.Sub(clock.Now()) + time.Minute)
	return clock
}

func TestLivesOfOldReleasesGoOnInTheFile(t *testing.T) {
	t.Parallel()
	for _, release := range oldReleases(t) {
		t.Run(filepath.Base(release), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			lives := unpack(t, release, dir)
			opened := storetest.OpenIn(t, dir, clockOf(lives))
			lives.GoOn(t, lives.Resume(opened))
			if err := opened.Close(); err != nil {
				t.Fatal(err)
			}
			again := lives.Resume(storetest.OpenIn(t, dir, opened.Clock))
			again.Consistent(t)
		})
	}
}
