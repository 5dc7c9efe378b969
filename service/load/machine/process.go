package machine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a server that we started: the product, or a bare one.
type Process struct {
	URL   string
	Cmd   *exec.Cmd
	ended chan error
}

// ServesAt begins the line that says that a server is up.
const ServesAt = "serves at "

// startFor is how long a server may take to say so: a large database is
// checked first.
const startFor = 2 * time.Minute

// Start runs a server until it says where it serves. What it logs is written for
// real, to a file that keeps nothing.
func Start(ctx context.Context, binary string, args ...string) (*Process, error) {
	p := &Process{Cmd: exec.Command(binary, args...), ended: make(chan error, 1)}
	for _, variable := range os.Environ() { // but for what would configure it otherwise
		if !strings.HasPrefix(variable, "QUITCLAIM_") {
			p.Cmd.Env = append(p.Cmd.Env, variable)
		}
	}
	stdout, err := p.Cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	if err := p.Cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if _, after, ok := strings.Cut(lines.Text(), ServesAt); ok {
				url, _, _ := strings.Cut(after, " ")
				found <- url
				break
			}
		}
		_, _ = io.Copy(io.Discard, stdout) // until it ends
		p.ended <- p.Cmd.Wait()
	}()
	limited, cancel := context.WithTimeout(ctx, startFor)
	defer cancel()
	select {
	case url, ok := <-found:
		if !ok {
			return nil, fmt.Errorf("%s ended before it served: %w", args[0], <-p.ended)
		}
		p.URL = url
		return p, nil
	case <-limited.Done():
		return nil, errors.Join(fmt.Errorf("%s does not serve: %w", args[0], limited.Err()), p.kill())
	}
}

// Stop ends the server as an operator does, and waits.
func (p *Process) Stop() error {
	p.Wake()
	if err := p.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	select {
	case err := <-p.ended:
		return err
	case <-time.After(time.Minute):
		return errors.Join(errors.New("it does not stop"), p.kill())
	}
}

func (p *Process) kill() error {
	if err := p.Cmd.Process.Kill(); err != nil {
		return err
	}
	<-p.ended
	return nil
}

// Sleep holds the server still, so that whatever it does in the background does
// not slow down the side whose turn it is.
func (p *Process) Sleep() { _ = p.Cmd.Process.Signal(syscall.SIGSTOP) } // one that has ended is still

// Wake lets it go on.
func (p *Process) Wake() { _ = p.Cmd.Process.Signal(syscall.SIGCONT) }

// ticksPerSecond is the unit of times in /proc (proc(5), sysconf(_SC_CLK_TCK)):
// Linux shows programs a hundred on every architecture that Go knows.
const ticksPerSecond = 100

// Computed is the processor time that the server has used so far. It says what
// work costs however busy the machine is. Where the system does not tell, it is
// 0.
func (p *Process) Computed() time.Duration { return ComputedBy(p.Cmd.Process.Pid) }

// ComputedBy is the processor time that a process has used so far.
func ComputedBy(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // proc(5)
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // after the name: state is field 3
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, wrongUser := strconv.ParseInt(fields[11], 10, 64)     // field 14
	system, wrongSystem := strconv.ParseInt(fields[12], 10, 64) // field 15
	if wrongUser != nil || wrongSystem != nil {
		return 0
	}
	return time.Duration(user+system) * time.Second / ticksPerSecond
}

// CPUTime is what this process has computed so far, on all cores.
func CPUTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// PeakMemory is the most memory that the server has had resident, in bytes.
func (p *Process) PeakMemory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Cmd.Process.Pid)) // proc(5)
	if err != nil {
		return 0, fmt.Errorf("memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("memory: the system does not tell")
}
