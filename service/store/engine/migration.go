package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
)

// migration is one file of the migrations folder. Releases of the schema are
// counted: a program that changes no table has that of the one before.
type migration struct {
	name, text, digest string
	release            int64
}

// readMigrations reads the files in order of their names. The first line says
// of which release a file is, as in `-- release 2`; release 1 did not say so.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql") // in lexical order
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	says := regexp.MustCompile(`\A-- release ([0-9]{1,9})\n`)
	var list []migration
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		sum := sha256.Sum256(text)
		m := migration{name: name, text: string(text), digest: hex.EncodeToString(sum[:]), release: 1}
		if line := says.FindStringSubmatch(m.text); line != nil {
			if m.release, err = strconv.ParseInt(line[1], 10, 64); err != nil {
				return nil, fmt.Errorf("release of migration %s: %w", name, err)
			}
		}
		if m.release < newest(list) {
			return nil, fmt.Errorf("migration %s is of release %d and stands behind one of release %d", name, m.release, newest(list))
		}
		list = append(list, m)
	}
	return list, nil
}

// newest is the release of the last migration.
func newest(list []migration) int64 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].release
}
