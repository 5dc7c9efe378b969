package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"quitclaim/service/store"
)

// place is where a server keeps its data: a directory, and with PostgreSQL a
// database of its own beside the one that we were told of, which is left alone.
type place struct {
	dir      string
	database string // URL; empty: SQLite in dir
}

// flags tell a server, or a bare program, where its data is.
func (p place) flags() []string {
	flags := []string{"--data", p.dir}
	if p.database != "" {
		flags = append(flags, "--database", p.database)
	}
	return flags
}

// open opens the store in this place.
func (p place) open(ctx context.Context, config store.Config) (*store.Store, error) {
	config.Dir, config.Database = p.dir, p.database
	return store.Open(ctx, config)
}

// newPlace is an empty place. Whoever removes env.dir also calls drop.
func newPlace(ctx context.Context, env environment, name string) (place, error) {
	p := place{dir: filepath.Join(env.dir, name)}
	if env.database == "" {
		return p, nil
	}
	var err error
	p.database, err = createDatabase(ctx, env.database, databaseName(env, name), "template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	return p, err
}

// copy is a second place with the same data, which nobody may have open.
func (p place) copy(ctx context.Context, env environment, name string) (place, error) {
	twin := place{dir: filepath.Join(env.dir, name)}
	if err := copyPrivate(p.dir, twin.dir); err != nil {
		return place{}, fmt.Errorf("copy %s: %w", p.dir, err)
	}
	if p.database == "" {
		return twin, nil
	}
	config, err := pgx.ParseConfig(p.database)
	if err != nil {
		return place{}, fmt.Errorf("copy database: %w", err)
	}
	twin.database, err = createDatabase(ctx, env.database, databaseName(env, name), pgx.Identifier{config.Database}.Sanitize())
	return twin, err
}

// drop removes the place's data.
func (p place) drop(ctx context.Context, env environment) error {
	err := os.RemoveAll(p.dir)
	if p.database != "" {
		config, wrong := pgx.ParseConfig(p.database)
		if wrong == nil {
			wrong = tell(ctx, env.database, "DROP DATABASE IF EXISTS "+pgx.Identifier{config.Database}.Sanitize()+" WITH (FORCE)")
		}
		err = errors.Join(err, wrong)
	}
	if err != nil {
		return fmt.Errorf("clean up: %w", err)
	}
	return nil
}

// databaseName is this run's own: env.dir has a random name.
func databaseName(env environment, name string) string {
	return strings.ToLower(strings.ReplaceAll(filepath.Base(env.dir)+"_"+name, "-", "_"))
}

// createDatabase makes a database on the server of this URL, and is its URL.
func createDatabase(ctx context.Context, server, name, template string) (string, error) {
	if err := tell(ctx, server, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE "+template); err != nil {
		return "", fmt.Errorf("make database %s: %w", name, err)
	}
	parsed, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("database: %w", err)
	}
	parsed.Path = "/" + name
	return parsed.String(), nil
}

func tell(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// copyPrivate copies a directory; the keyring demands that nobody else can read
// it.
func copyPrivate(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return errors.Join(err, os.Chmod(path, 0o700))
		}
		return os.Chmod(path, 0o600)
	})
}
