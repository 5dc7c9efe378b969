package machine

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"quitclaim/service/load/drive"
)

// Machine is what every figure depends on.
type Machine struct {
	cores      int
	kernel     string
	load       string // averages of 1, 5 and 15 minutes
	fileSystem string
	fsync      time.Duration // what one durable transaction costs at least
	engine     string
}

// Look is what data in a directory, or in a database, is kept on.
func Look(dir, database string) (Machine, error) {
	m := Machine{cores: runtime.NumCPU(), kernel: kernel(), load: LoadAverage(), fileSystem: fileSystem(dir), engine: "SQLite"}
	if database != "" {
		m.engine = "PostgreSQL"
	}
	var err error
	m.fsync, err = fsync(dir)
	return m, err
}

// Write prints it.
func (m Machine) Write(out io.Writer) {
	fmt.Fprintf(out, "%d cores, %s, load %s\nengine %s, data on %s, fsync of 4 KiB %s\n",
		m.cores, m.kernel, m.load, m.engine, m.fileSystem, drive.Short(m.fsync))
}

func kernel() string {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease") // proc(5)
	if err != nil {
		return runtime.GOOS
	}
	return runtime.GOOS + " " + strings.TrimSpace(string(text))
}

// LoadAverage is how busy the machine was over 1, 5 and 15 minutes.
func LoadAverage() string {
	text, err := os.ReadFile("/proc/loadavg") // proc(5)
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 3 {
		return "unknown"
	}
	return strings.Join(fields[:3], " ")
}

// OnDisk is a directory for the data: the system's for temporary files, unless
// that is kept in memory, where fsync costs nothing and proves nothing.
func OnDisk() string {
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
// many.
func fsync(dir string) (median time.Duration, err error) {
	file, err := os.CreateTemp(dir, "fsync")
	if err != nil {
		return 0, fmt.Errorf("measure fsync: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	defer file.Close()
	page, times := make([]byte, 4096), make([]time.Duration, 200)
	for i := range times {
		if _, err := file.WriteAt(page, int64(i%16)*int64(len(page))); err != nil {
			return 0, fmt.Errorf("measure fsync: %w", err)
		}
		begin := time.Now()
		if err := file.Sync(); err != nil {
			return 0, fmt.Errorf("measure fsync: %w", err)
		}
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
