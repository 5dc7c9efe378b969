package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "quitclaim/"

// A storey is a set of packages with the same place in the house.
type storey struct {
	name string
	// may lists what a package here may import of ours, besides its parent.
	may []string
	why string
}

// mayImport is the house: every package, and what it may import. A child
// package has its parent's allowances and may import its parent.
func mayImport() map[string]storey {
	pure := storey{"floor", nil, "it is pure, so that replay, verification and tests can trust it alone"}
	floor := storey{"floor", []string{"service/lifecycle"}, "a floor package stands on the domain alone"}
	room := storey{"room", []string{
		"service/lifecycle", "service/ledger", "service/access", "service/web", "service/cloud", "service/keyring", "service/notice",
		"scanner/code", "scanner/label", "scanner/photo", "warehouse/certificate", "warehouse/certificate/paper",
	}, "rooms meet only in persisted state: they import neither each other nor the store"}
	beside := storey{"beside", []string{"service/lifecycle", "service/ledger", "service/keyring", "warehouse/certificate", "service/load", "service/device/camera"},
		"it drives the built binary from outside"}

	house := map[string]storey{
		"service": {"roof", []string{"*"}, "the roof wires everything"},

		"service/lifecycle":     pure,
		"service/ledger":        floor,
		"service/keyring":       floor,
		"service/notice":        floor,
		"service/access":        floor,
		"service/cloud":         floor,
		"scanner/code":          floor,
		"scanner/label":         floor,
		"scanner/photo":         floor,
		"warehouse/certificate": floor,
		"service/web":           {"floor", []string{"service/lifecycle", "service/access"}, "the shell knows who asks and what they may, no more"},
		"service/store":         {"floor", []string{"service/lifecycle", "service/access", "service/ledger", "service/keyring", "service/notice"}, "the store writes what the domain decides"},

		"service/story":            beside,
		"service/story/simulation": {"beside", []string{"*"}, "it wires the real rooms to a world of its own, as the roof does"},
		"service/load": {"beside", []string{
			"service/lifecycle", "service/ledger", "service/access", "service/keyring", "service/cloud", "service/cloud/builtin",
			"service/web", "service/store", "service/store/book", "service/store/engine", "scanner/code",
			"service/admin/signin", "service/device/camera", "service/sweep", "service/fleet/imports", "retailer/desk",
		}, "its bare programs stand on the floor, and on the rooms that they are measured against"},
	}
	for _, name := range []string{
		"scanner", "retailer/desk", "retailer/sale", "warehouse/bench", "service/reset", "service/device", "service/owner",
		"service/fleet", "service/admin", "service/audit", "service/gate", "service/support", "service/sweep",
		"service/notify", "service/demo",
	} {
		house[name] = room
	}
	return house
}

// place finds the storey of a package: its own, or that of the nearest parent.
func place(house map[string]storey, pkg string) (storey, string, bool) {
	for at := pkg; at != "." && at != ""; at = path.Dir(at) {
		if at == "service" && pkg != "service" {
			break // the roof's own allowance is not inherited
		}
		if found, ok := house[at]; ok {
			return found, at, true
		}
	}
	return storey{}, "", false
}

func TestImportsFollowTheHouse(t *testing.T) {
	t.Parallel()
	house := mayImport()
	files := goFiles(t, "..")
	if len(files) < 50 {
		t.Fatalf("found only %d Go files: the test looks in the wrong place", len(files))
	}
	for _, file := range files {
		for _, complaint := range complaints(t, house, file) {
			t.Error(complaint)
		}
	}
}

func TestImportsOfAPackageThatIsNotInTheHouseAreRefused(t *testing.T) {
	t.Parallel()
	house := mayImport()
	cases := []struct{ pkg, imported, want string }{
		{"retailer/desk", "service/store", "rooms meet only"},
		{"retailer/desk", "retailer/sale", "rooms meet only"},
		{"service/lifecycle", "service/access", "it is pure"},
		{"service/web", "service/store", "the shell knows"},
		{"service/cloud/builtin", "service/store", "a floor package"},
	}
	for _, c := range cases {
		home, root, _ := place(house, c.pkg)
		if allowed(home, root, c.pkg, c.imported) {
			t.Errorf("%s may import %s", c.pkg, c.imported)
		}
		if !strings.Contains(home.why, c.want) {
			t.Errorf("%s: reason %q does not say %q", c.pkg, home.why, c.want)
		}
	}
	if _, _, ok := place(house, "service/helpers"); ok {
		t.Error("an unknown package has a place")
	}
}

func complaints(t *testing.T, house map[string]storey, file string) []string {
	pkg := filepath.ToSlash(filepath.Dir(strings.TrimPrefix(filepath.ToSlash(file), "../")))
	home, root, ok := place(house, pkg)
	if !ok {
		return []string{fmt.Sprintf("%s: package %q has no place in the house: say where it belongs", file, pkg)}
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if pkg == "service/lifecycle" && strings.Contains(imported, ".") && !strings.HasSuffix(file, "_test.go") {
			found = append(found, fmt.Sprintf("%s imports %s: the domain imports the standard library only", file, imported))
		}
		ours, isOurs := strings.CutPrefix(imported, module)
		if !isOurs || allowed(home, root, pkg, ours) || testOnly(file, ours) {
			continue
		}
		found = append(found, fmt.Sprintf("%s imports %s: %s", file, ours, home.why))
	}
	return found
}

// testOnly: tests of rooms run against the real store, opened for them by
// storetest, cameras that really speak, and labels as they are printed and read.
func testOnly(file, imported string) bool {
	allowed := []string{"service/store/storetest", "service/web/webtest", "service/web/messages", "service/cloud/builtin", "service/cloud/cloudtest", "service/device/camera", "service/notify/mailtest", "scanner/label", "scanner/label/labeltest"}
	return strings.HasSuffix(file, "_test.go") && slices.Contains(allowed, imported)
}

func allowed(home storey, root, pkg, imported string) bool {
	if slices.Contains(home.may, "*") || slices.Contains(home.may, imported) || imported == pkg {
		return true
	}
	// Parents and children of the same root know each other.
	return root != "service" && (imported == root || strings.HasPrefix(imported, root+"/"))
}

func goFiles(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
