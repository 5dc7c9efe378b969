package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// onDisk is a directory for the data: the system's for temporary files, unless
// that is kept in memory, where fsync costs nothing and proves nothing.
func onDisk() string {
	if dir := os.TempDir(); !strings.Contains(fileSystem(dir), "tmpfs") {
		return dir
	}
	return "."
}

// fileSystem says what a directory is on: "ext4 on /dev/vda". Where the system
// does not tell, it is unknown.
func fileSystem(dir string) string {
	table, err := os.ReadFile("/proc/self/mounts") // proc(5)
	path, abs := filepath.Abs(dir)
	if err != nil || abs != nil {
		return "unknown"
	}
	longest, found := "", "unknown"
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line) // device, mount point, type, …
		if len(fields) < 3 || len(fields[1]) < len(longest) {
			continue
		}
		if point := strings.TrimSuffix(fields[1], "/"); path == point || strings.HasPrefix(path, point+"/") {
			longest, found = fields[1], fields[2]+" on "+fields[0]
		}
	}
	return found
}

// fsync is how long the disk takes to keep one page for good, the median of
// many: what one durable transaction costs at least.
func fsync(b *testing.B, dir string) time.Duration {
	b.Helper()
	file, err := os.Create(filepath.Join(dir, "fsync"))
	must(b, "measure fsync", err)
	defer file.Close()
	page, times := make([]byte, 4096), make([]time.Duration, 200)
	for i := range times {
		_, err := file.WriteAt(page, int64(i%16)*int64(len(page)))
		must(b, "measure fsync", err)
		begin := time.Now()
		must(b, "measure fsync", file.Sync())
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// report adds what the figures depend on: the disk, and who else was busy.
func (p *stage) report(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(fsync(b, p.dir).Nanoseconds())/1000, "fsync-µs")
	text, err := os.ReadFile("/proc/loadavg")
	if first, _, _ := strings.Cut(string(text), " "); err == nil {
		if load, err := strconv.ParseFloat(first, 64); err == nil {
			b.ReportMetric(load, "load")
		}
	}
	b.Logf("data on %s (%s)", p.dir, fileSystem(p.dir))
}
