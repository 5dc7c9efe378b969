package lifecycle

import (
	"slices"
	"time"
)

// PrintJobID is the id of a print job: a UUID that the page or the program drew
// that asks for it (RFC 9562), so that asking twice is one job.
type PrintJobID string

// PrintState is how far a print job, or one label of it, has come.
type PrintState string

const (
	// PrintMade: a document to be fetched and printed elsewhere. What becomes of
	// it we do not see.
	PrintMade PrintState = "made"
	// PrintWaiting: for its printer; nothing was sent. Whoever sends it moves it
	// to PrintSending.
	PrintWaiting PrintState = "waiting"
	// PrintSending: somebody is at it. From here it is never sent again by
	// itself, whatever happens: its sender moves it to one of the next three.
	PrintSending PrintState = "sending"
	// PrintSent: the printer took every byte.
	PrintSent PrintState = "sent"
	// PrintFailed: the printer got nothing of it, so trying again prints once.
	PrintFailed PrintState = "failed"
	// PrintDoubt: the printer got some of it and did not confirm. Somebody must
	// look whether the label came out.
	PrintDoubt PrintState = "doubt"
)

// PrintStates lists every state.
func PrintStates() []PrintState {
	return []PrintState{PrintMade, PrintWaiting, PrintSending, PrintSent, PrintFailed, PrintDoubt}
}

// SendingFor is how long a sender takes at the very most. A job that is being
// sent for longer has lost its sender, and nobody knows what was printed.
const SendingFor = 2 * time.Minute

// PrintJob is one order to print labels.
type PrintJob struct {
	ID     PrintJobID
	Org    OrgID
	Person PersonID // who asked; empty for a machine
	Stock  string   // as scanner/label names it
	Skip   int      // cells of the first page that are used up
	Copies int      // of each label
	DPI    int      // of the printer; 0: the stock's own
	// Printer is the name of the printer to send it to; empty: to be fetched.
	Printer string
	CopyOf  PrintJobID // the job of which this prints labels again; empty: none
	State   PrintState
	Labels  []PrintLabel
	At      time.Time
	// SendingAt is when somebody began to send it, EndedAt when they were done.
	SendingAt, EndedAt time.Time
}

// PrintLabel is one label of a job.
type PrintLabel struct {
	Unit  UnitID
	Epoch Epoch // of the unit when the job was made
	// Certificate is the one whose label it is; empty: the unit's own.
	Certificate CertificateCode
	State       PrintState
}

// Same reports whether two jobs ask for the same: of two with one id, the second
// is the first sent again, or else a mistake.
func (j PrintJob) Same(other PrintJob) bool {
	equal := func(a, b PrintLabel) bool { return a.Unit == b.Unit && a.Certificate == b.Certificate }
	return j.Org == other.Org && j.Stock == other.Stock && j.Skip == other.Skip && j.Copies == other.Copies && j.DPI == other.DPI &&
		j.Printer == other.Printer && j.CopyOf == other.CopyOf && slices.EqualFunc(j.Labels, other.Labels, equal)
}

// StateAt is the job's state at an instant: who took too long to send it will
// not come back.
func (j PrintJob) StateAt(now time.Time) PrintState {
	if j.State == PrintSending && now.Sub(j.SendingAt) > SendingFor {
		return PrintDoubt
	}
	return j.State
}

// LabelStateAt is the state of one of its labels at an instant.
func (j PrintJob) LabelStateAt(place int, now time.Time) PrintState {
	if j.StateAt(now) == PrintDoubt && j.State == PrintSending {
		return PrintDoubt
	}
	return j.Labels[place].State
}

// PrintMove is a step of a print job. It happens only from the state that it
// names, so that of two senders one sends.
type PrintMove struct {
	From, To PrintState
	Labels   []PrintState // of each label; none: all are in To
	At       time.Time
}
