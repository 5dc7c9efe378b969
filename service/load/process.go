package main

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

// process is a server that we started: the product, or a bare one.
type process struct {
	url   string
	cmd   *exec.Cmd
	ended chan error
}

// servesAt begins the line that says that a server is up.
const servesAt = "serves at "

// startFor is how long a server may take to say so: a large database is
// checked first.
const startFor = 2 * time.Minute

// start runs a server until it says where it serves. What it logs is written for
// real, to a file that keeps nothing.
func start(ctx context.Context, binary string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(binary, args...), ended: make(chan error, 1)}
	for _, variable := range os.Environ() { // but for what would configure it otherwise
		if !strings.HasPrefix(variable, "QUITCLAIM_") {
			p.cmd.Env = append(p.cmd.Env, variable)
		}
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if _, after, ok := strings.Cut(lines.Text(), servesAt); ok {
				url, _, _ := strings.Cut(after, " ")
				found <- url
				break
			}
		}
		_, _ = io.Copy(io.Discard, stdout) // until it ends
		p.ended <- p.cmd.Wait()
	}()
	limited, cancel := context.WithTimeout(ctx, startFor)
	defer cancel()
	select {
	case url, ok := <-found:
		if !ok {
			return nil, fmt.Errorf("%s ended before it served: %w", args[0], <-p.ended)
		}
		p.url = url
		return p, nil
	case <-limited.Done():
		return nil, errors.Join(fmt.Errorf("%s does not serve: %w", args[0], limited.Err()), p.kill())
	}
}

// stop ends the server as an operator does, and waits.
func (p *process) stop() error {
	p.wake()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	select {
	case err := <-p.ended:
		return err
	case <-time.After(time.Minute):
		return errors.Join(errors.New("it does not stop"), p.kill())
	}
}

func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	<-p.ended
	return nil
}

// sleep holds the server still, so that whatever it does in the background does
// not slow down the side whose turn it is; wake lets it go on.
func (p *process) sleep() { _ = p.cmd.Process.Signal(syscall.SIGSTOP) } // one that has ended is still

func (p *process) wake() { _ = p.cmd.Process.Signal(syscall.SIGCONT) }

// ticksPerSecond is the unit of times in /proc (proc(5), sysconf(_SC_CLK_TCK)):
// Linux shows programs a hundred on every architecture that Go knows.
const ticksPerSecond = 100

// computed is the processor time that the server has used so far. It says what
// work costs however busy the machine is. Where the system does not tell, it is
// 0.
func (p *process) computed() time.Duration { return computedBy(p.cmd.Process.Pid) }

func computedBy(pid int) time.Duration {
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
