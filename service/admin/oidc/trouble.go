package oidc

import (
	"errors"
	"fmt"

	"quitclaim/service/access"
)

// Trouble is why a way to a provider and back came to nothing, as its person is
// told it.
type Trouble string

const (
	// TroubleStale: the attempt is over, was used, or is another browser's.
	TroubleStale Trouble = "stale"
	// TroubleSilent: the provider did not answer, or not in a way to be read.
	TroubleSilent Trouble = "silent"
	// TroubleEnded: nobody signs in through this provider any more.
	TroubleEnded Trouble = "ended"
	// TroubleDenied: the provider says that they did not sign in there.
	TroubleDenied Trouble = "denied"
	// TroubleAnswer: the answer is not one that this provider gives us now.
	TroubleAnswer Trouble = "answer"
	// TroubleWeak: not the class of authentication that is demanded, or too long ago.
	TroubleWeak Trouble = "weak"
	// TroubleUnknown: nobody who may come in here. It says no more: somebody
	// disabled, and who is of another organisation, look like who never was.
	TroubleUnknown Trouble = "unknown"
	// TroubleOther: at the provider they are not who is signed in here.
	TroubleOther Trouble = "other"
)

// Troubles lists every trouble.
func Troubles() []Trouble {
	return []Trouble{
		TroubleStale, TroubleSilent, TroubleEnded, TroubleDenied, TroubleAnswer, TroubleWeak, TroubleUnknown, TroubleOther,
	}
}

// Failure is an attempt that came to nothing.
type Failure struct {
	Trouble  Trouble
	Provider access.Provider // empty where it is not known whose attempt it was
	Purpose  access.ProviderPurpose
	// Detail is what an operator looks for: a code of ours, never a text of the
	// provider's, which may be about a person.
	Detail string
	Cause  error
}

// Error says what and why.
func (f *Failure) Error() string {
	return fmt.Sprintf("provider %s: %s (%s)", f.Provider.ID, f.Trouble, f.Detail)
}

// Unwrap is the cause, where there is one.
func (f *Failure) Unwrap() error { return f.Cause }

func fail(trouble Trouble, detail string) error { return &Failure{Trouble: trouble, Detail: detail} }

// called is err of a call to a provider: silence, or an answer that is wrong.
func called(err error, detail string) error {
	f := &Failure{Trouble: TroubleAnswer, Detail: detail, Cause: err}
	if silent(err) {
		f.Trouble, f.Detail = TroubleSilent, detail+silence(err)
	}
	return f
}

// silence names the kind of a silence.
func silence(err error) string {
	for _, kind := range []struct {
		err  error
		name string
	}{
		{errNetwork, ".network"}, {errHost, ".host"}, {errTooLong, ".too-long"}, {errRedirect, ".redirect"},
		{errStatus, ".status"}, {errCrowd, ".crowd"},
	} {
		if errors.Is(err, kind.err) {
			return kind.name
		}
	}
	return ".unreachable"
}
